/**
 * An AMQP 0-9-1 broker in the JVM that behaves as RabbitMQ 3.10 does, for demos and for everybody's
 * tests.
 *
 * <p>Start at {@link org.postage.embedded.EmbeddedBroker}. What a message goes through is in the
 * package {@code model}, what a socket goes through in {@code wire}; neither is for users. One list
 * of claims, the conformance suite among the tests, runs against this broker and against RabbitMQ,
 * and a difference fails the build: reply codes and texts, order of deliveries, what is
 * dead-lettered where. Everything is in memory, and it is no broker for production.
 *
 * <table>
 *   <caption>What is left out on purpose, and what a client gets</caption>
 *   <thead>
 *     <tr><th>Left out</th><th>Instead</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>transactions ({@code tx.select})</td>
 *         <td>connection closed, {@code 540 NOT_IMPLEMENTED - transactions}</td></tr>
 *     <tr><td>streams ({@code x-queue-type: stream})</td>
 *         <td>connection closed, {@code 540 NOT_IMPLEMENTED - queue type 'stream' (queue 'q' in vhost '/')}</td></tr>
 *     <tr><td>exchange types of plugins</td>
 *         <td>as in a RabbitMQ without them: connection closed,
 *             {@code 503 COMMAND_INVALID - invalid exchange type 'x-delayed-message'}</td></tr>
 *     <tr><td>TLS, AMQP 1.0, MQTT, STOMP</td>
 *         <td>the octets {@code AMQP 0 0 9 1}, then the socket is closed</td></tr>
 *     <tr><td>login other than PLAIN and AMQPLAIN; more than one user</td>
 *         <td>the socket is closed; {@code 403 ACCESS_REFUSED} for a wrong user or password</td></tr>
 *     <tr><td>permissions</td>
 *         <td>the one user may do everything in every virtual host</td></tr>
 *     <tr><td>policies, the management interface, the firehose, clusters</td>
 *         <td>there is nothing to ask with; a quorum queue has one member</td></tr>
 *     <tr><td>the limit on how long a delivery may be held ({@code consumer_timeout})</td>
 *         <td>none: it may be held for ever</td></tr>
 *     <tr><td>effects of {@code x-queue-mode}, {@code x-queue-version}, {@code x-queue-leader-locator},
 *             {@code x-dead-letter-strategy}</td>
 *         <td>checked, accepted and ignored: where everything is in memory they are about nothing</td></tr>
 *     <tr><td>tables nested more than 32 deep, and the type {@code L} that py-amqp gives to integers of more
 *             than 32 bits: amqp-client's codec knows neither</td>
 *         <td>connection closed, {@code 501 FRAME_ERROR - cannot decode <<...>>}</td></tr>
 *     <tr><td>patience with a body that is longer than announced (RabbitMQ waits for ever)</td>
 *         <td>connection closed, {@code 505 UNEXPECTED_FRAME - expected content body of at most 3 octets, got
 *             6}</td></tr>
 *     <tr><td>patience with a message that is announced as too large (RabbitMQ takes all of it first)</td>
 *         <td>channel closed at once, with RabbitMQ's {@code 406 PRECONDITION_FAILED}</td></tr>
 *   </tbody>
 * </table>
 */
@NullMarked
package org.postage.embedded;

import org.jspecify.annotations.NullMarked;
