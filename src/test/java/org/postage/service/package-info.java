@NullMarked
package org.postage.service;

import org.jspecify.annotations.NullMarked;
