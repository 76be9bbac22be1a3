package dev.sealift.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Where Linux cannot be called")
class LinuxUnavailableTest {

  @Test
  void anotherSystemIsNamed() {
    assertThatThrownBy(() -> LibC.open("Mac OS X", "aarch64"))
        .isInstanceOf(LinuxUnavailableException.class)
        .hasMessage(
            "This is Mac OS X on aarch64, and only Linux on amd64 can be called: use a kernel in"
                + " software, or move to such a machine.");
    assertThatThrownBy(() -> LibC.open("Linux", "aarch64"))
        .isInstanceOf(LinuxUnavailableException.class);
  }

  @Test
  void aRefusalOfNativeAccessSaysHowToGrantIt() throws Exception {
    LinuxHost.callsOrSkip();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--illegal-native-access=deny",
                "-cp",
                System.getProperty("java.class.path"),
                WithoutNativeAccess.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(said.strip())
        .isEqualTo(
            "Java refuses native access: start it with --enable-native-access=dev.sealift.linux"
                + " (or ALL-UNNAMED when Sealift is on the class path).");
  }

  /** A program that may not call native code. */
  static final class WithoutNativeAccess {
    public static void main(String[] arguments) {
      try {
        LinuxSystemCalls.open();
        System.out.println("native access was given");
      } catch (LinuxUnavailableException refused) {
        System.out.println(refused.getMessage());
      }
    }
  }
}
