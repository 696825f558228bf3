//! The signals that end the program, which `exec` passes on to its command.

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

    /// The signals that others send to end a process. Without a handler, each of them ends only
    /// this program, and leaves the command of `exec` and the key file behind.
    const ENDING: [i32; 11] = [
        SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM,
        SIGXCPU,
    ];

    /// Receives the signals that end the program.
    pub(crate) struct Ends(UnboundedReceiver<Origin>);

    impl Ends {
        /// Catches the signals from now on. Before that, they end the program at once, even during
        /// a long start.
        pub(crate) fn new() -> Result<Self, String> {
            let mut signals = SignalsInfo::<WithOrigin>::new(ENDING)
                .map_err(|error| format!("cannot wait for signals: {error}"))?;
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

        /// Waits for the next signal.
        pub(crate) async fn next(&mut self) -> Origin {
            match self.0.recv().await {
                Some(origin) => origin,
                None => std::future::pending().await,
            }
        }
    }

    /// Passes a signal on to a command. A terminal sends Ctrl-C to the command too: a second one
    /// would look like an impatient user.
    pub(crate) fn pass_on(origin: &Origin, running: &Child) {
        // Signals from a terminal have no sender; on macOS, the sender is process 0.
        let is_of_kernel = origin
            .process
            .as_ref()
            .is_none_or(|process| cfg!(target_os = "macos") && process.pid == 0);
        if is_of_kernel && [SIGINT, SIGQUIT].contains(&origin.signal) {
            return;
        }
        let id = running.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let (Some(id), Some(signal)) = (id, Signal::from_named_raw(origin.signal)) {
            // The command may have ended already.
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
    #[expect(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
    pub(crate) fn new() -> Result<Self, String> {
        Ok(Self)
    }

    pub(crate) async fn next(&mut self) {
        // If it cannot be waited for, Ctrl-C ends the process anyway.
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// On other systems, the command gets the signal without help.
#[cfg(not(unix))]
pub(crate) fn pass_on((): &(), _: &tokio::process::Child) {}
