package dev.rookery.testkit;

import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** The platform threads of this process at one moment, to find those that a test left behind. */
public final class LiveThreads {
  /** Threads of the platform and of the test tools, which come and go by themselves. */
  private static final Pattern OTHERS =
      Pattern.compile(
          "ForkJoinPool.*|VirtualThread.*|Common-Cleaner|Cleaner-.*|process reaper.*|awaitility.*"
              + "|junit.*|surefire.*|HttpClient-.*|Finalizer|Reference Handler|Attach Listener|C[12] CompilerThread.*|JVMCI.*"
              + "|JNA Cleaner|MasterPoller|Read-Poller|Write-Poller|Keep-Alive-Timer|Timer-.*|pool-.*surefire.*|idle-timeout-task|SIG.*");

  private final Set<Thread> before;

  private LiveThreads(Set<Thread> before) {
    this.before = before;
  }

  public static LiveThreads now() {
    return new LiveThreads(live());
  }

  /** Waits until no thread is left that was begun since. */
  public void awaitNoOthers() {
    soon()
        .untilAsserted(() -> assertThat(since()).as("threads that the test left behind").isEmpty());
  }

  private Set<Thread> since() {
    Set<Thread> since = new HashSet<>(live());
    since.removeAll(before);
    return since;
  }

  private static Set<Thread> live() {
    Set<Thread> live = new HashSet<>(Thread.getAllStackTraces().keySet());
    live.removeIf(thread -> !thread.isAlive() || OTHERS.matcher(thread.getName()).matches());
    return live;
  }
}
