//! What ends the program: signals, which `exec` passes on to its command.

#[cfg(unix)]
pub(crate) use self::unix::Ends;

#[cfg(unix)]
mod unix {
    use rustix::process::{Pid, Signal, kill_process};
    use signal_hook::consts::{
        SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM,
        SIGXCPU,
    };
    use signal_hook::iterator::SignalsInfo;
    use signal_hook::iterator::exfiltrator::origin::{Origin, WithOrigin};
    use tokio::process::Child;
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    /// What others send to end a process. Without a handler each of them ends this program alone, and
    /// leaves the command of `exec` and the key file behind.
    const ENDING: [i32; 11] = [
        SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM,
        SIGXCPU,
    ];

    /// The signals that end this.
    pub(crate) struct Ends(UnboundedReceiver<Origin>);

    impl Ends {
        /// Waits for them from now on. Until then they end the program at once, however long a start
        /// takes.
        pub(crate) fn new() -> Result<Self, String> {
            let mut signals = SignalsInfo::<WithOrigin>::new(ENDING)
                .map_err(|error| format!("the end cannot be waited for: {error}"))?;
            let (sender, received) = unbounded_channel();
            std::thread::spawn(move || {
                for signal in signals.forever() {
                    // The program has ended.
                    if sender.send(signal).is_err() {
                        break;
                    }
                }
            });
            Ok(Self(received))
        }

        /// The next one.
        pub(crate) async fn next(&mut self) -> Origin {
            match self.0.recv().await {
                Some(origin) => origin,
                None => std::future::pending().await,
            }
        }
    }

    /// Passes a signal on to a command. What a terminal sends on Ctrl-C it sends to the command too: a
    /// second one would be taken for the impatience of its user.
    pub(crate) fn pass_on(origin: &Origin, running: &Child) {
        // Signals of the terminal have no sender; on macOS it is process 0.
        let is_of_kernel = origin
            .process
            .as_ref()
            .is_none_or(|process| cfg!(target_os = "macos") && process.pid == 0);
        if is_of_kernel && [SIGINT, SIGQUIT].contains(&origin.signal) {
            return;
        }
        let id = running.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let (Some(id), Some(signal)) = (id, Signal::from_named_raw(origin.signal)) {
            // It may have ended by itself.
            let _ = kill_process(id, signal);
        }
    }
}

#[cfg(unix)]
pub(crate) use self::unix::pass_on;

#[cfg(not(unix))]
pub(crate) struct Ends;

#[cfg(not(unix))]
impl Ends {
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(crate) fn new() -> Result<Self, String> {
        Ok(Self)
    }

    pub(crate) async fn next(&mut self) {
        // Where it cannot be waited for, the process ends by itself.
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// Elsewhere the command gets it by itself.
#[cfg(not(unix))]
pub(crate) fn pass_on((): &(), _: &tokio::process::Child) {}
