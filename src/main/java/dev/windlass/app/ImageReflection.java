package dev.windlass.app;

import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * What libraries reflect on and nobody registers for a native image, as {@code make native-check}
 * found it (docs/design/0023).
 *
 * <ul>
 *   <li>picocli makes a {@code Path} of an option by {@code Paths.get}, and its processor registers
 *       the fields of our commands, but not of its own {@code help}.
 *   <li>The operator SDK takes its defaults from the methods of an annotation. Its Quarkus
 *       extension would look them up at build time; our operator starts the SDK itself.
 *   <li>Narayana makes its settings by their constructors.
 * </ul>
 */
@RegisterForReflection(
    classNames = {
      "java.nio.file.Paths",
      "picocli.CommandLine$HelpCommand",
      "io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration",
      "com.arjuna.ats.arjuna.common.CoordinatorEnvironmentBean",
      "com.arjuna.ats.arjuna.common.CoreEnvironmentBean",
      "com.arjuna.ats.arjuna.common.RecoveryEnvironmentBean"
    })
final class ImageReflection {
  private ImageReflection() {}
}
