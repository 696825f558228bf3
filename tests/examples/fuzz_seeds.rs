//! Gives the fuzz targets inputs to begin with: those that the parsers take.

use upvest_tests::parsers::PARSERS;
use upvest_tests::root;

fn main() -> std::io::Result<()> {
    for (name, _, seeds) in PARSERS {
        let folder = root().join("fuzz/corpus").join(name);
        std::fs::create_dir_all(&folder)?;
        for (number, seed) in seeds().into_iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}
