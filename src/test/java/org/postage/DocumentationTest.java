package org.postage;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** About the Javadoc: whatever is public has one. */
class DocumentationTest {
  @Test
  void everythingPublicIsDocumented() throws IOException {
    List<String> undocumented = new ArrayList<>();
    int documented = check(Path.of("src", "main", "java"), undocumented);

    assertThat(undocumented).isEmpty();
    assertThat(documented).isGreaterThan(300);
  }

  private static int check(Path sources, List<String> undocumented) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<Path> paths;
    try (Stream<Path> files = Files.walk(sources)) {
      paths = files.filter(file -> file.toString().endsWith(".java")).toList();
    }
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      Iterable<? extends JavaFileObject> units = files.getJavaFileObjectsFromPaths(paths);
      JavacTask task = (JavacTask) compiler.getTask(null, files, null, null, null, units);
      Documented scanner = new Documented(DocTrees.instance(task), undocumented);
      for (CompilationUnitTree unit : task.parse()) {
        scanner.scan(unit, null);
      }
      return scanner.count;
    }
  }

  private static final class Documented extends TreePathScanner<@Nullable Void, @Nullable Void> {
    private final DocTrees trees;
    private final List<String> undocumented;
    private int count;

    Documented(DocTrees trees, List<String> undocumented) {
      this.trees = trees;
      this.undocumented = undocumented;
    }

    @Override
    public @Nullable Void visitClass(ClassTree type, @Nullable Void unused) {
      if (!isPublic(type.getModifiers())) {
        return null;
      }
      check(type.getSimpleName().toString());
      return super.visitClass(type, null);
    }

    @Override
    public @Nullable Void visitMethod(MethodTree method, @Nullable Void unused) {
      if (isPublic(method.getModifiers()) && !isOverride(method)) {
        check(method.getName().toString());
      }
      return null;
    }

    private void check(String name) {
      String comment = trees.getDocComment(getCurrentPath());
      if (comment == null || comment.isBlank()) {
        undocumented.add(
            getCurrentPath().getCompilationUnit().getSourceFile().getName() + ": " + name);
      } else {
        count++;
      }
    }

    private boolean isPublic(ModifiersTree modifiers) {
      if (modifiers.getFlags().contains(Modifier.PUBLIC)) {
        return true;
      }
      TreePath parent = getCurrentPath().getParentPath();
      boolean isInInterface =
          parent != null
              && (parent.getLeaf().getKind() == Tree.Kind.INTERFACE
                  || parent.getLeaf().getKind() == Tree.Kind.ANNOTATION_TYPE);
      return isInInterface && !modifiers.getFlags().contains(Modifier.PRIVATE);
    }

    private static boolean isOverride(MethodTree method) {
      return method.getModifiers().getAnnotations().stream()
          .anyMatch(annotation -> annotation.getAnnotationType().toString().equals("Override"));
    }
  }
}
