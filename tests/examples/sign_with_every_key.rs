//! Signs one text with every test key that loads. Writes the text to `BASE` and each signature to
//! `NAME.sig`, in the given folder. `.ci/run` verifies them with `openssl`.

use std::path::PathBuf;
use std::process::ExitCode;

use upvest_core::signature::{Signer as _, SigningKey};
use upvest_tests::{PASSPHRASE, data};

const BASE: &[u8] = b"\"@method\": GET\n\"@path\": /users";

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let folder: PathBuf = std::env::args().nth(1).ok_or("missing output folder")?.into();
    std::fs::write(folder.join("BASE"), BASE)?;
    for entry in std::fs::read_dir(data("keys"))? {
        let path = entry?.path();
        let content = std::fs::read(&path)?;
        let key = if path.extension().is_some_and(|extension| extension == "der") {
            SigningKey::from_der("x", content)
        } else {
            SigningKey::from_pem("x", content, Some(PASSPHRASE))
        };
        let Ok(key) = key else { continue };
        let name =
            path.file_name().ok_or("a key file without a name")?.to_string_lossy().into_owned();
        std::fs::write(folder.join(format!("{name}.sig")), key.sign(BASE).await?)?;
    }
    Ok(())
}
