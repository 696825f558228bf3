//! Writes the seed inputs of the fuzz targets: inputs that the parsers accept.

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
