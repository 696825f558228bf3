//! A table that shows how figures grow with the size.

/// The growth for ten times the size that still counts as linear: caches and load add to it.
const MOST_GROWTH: f64 = 14.0;

/// 10, 100, 1,000 … up to `most`.
pub fn sizes(most: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(10), |size| Some(size * 10)).take_while(move |size| *size <= most)
}

/// A table, printed row by row.
pub struct Table {
    names: Vec<String>,
    widths: Vec<usize>,
    rows: Vec<(f64, Vec<f64>)>,
}

impl Table {
    pub fn new(title: &str, size: &str, columns: &[&str]) -> Self {
        println!("\n{title}");
        let widths: Vec<usize> =
            std::iter::once(&size).chain(columns).map(|name| name.len().max(9)).collect();
        let names = std::iter::once(&size).chain(columns).zip(&widths);
        let names: Vec<String> = names.map(|(name, width)| format!("{name:>width$}")).collect();
        println!("{}", names.join("  "));
        let names = columns.iter().map(|name| (*name).to_owned()).collect();
        Self { names, widths, rows: Vec::new() }
    }

    pub fn row(&mut self, size: usize, values: Vec<f64>) {
        let texts = values.iter().zip(&self.widths[1..]).map(|(value, width)| {
            let digits = if *value < 10.0 { 2 } else { 0 };
            format!("{value:>width$.digits$}")
        });
        let texts: Vec<String> = texts.collect();
        println!("{size:>width$}  {}", texts.join("  "), width = self.widths[0]);
        self.rows.push((size as f64, values));
    }

    /// Prints by which factor each column grows when the size grows ten times.
    pub fn growth(&self) {
        let [.., (small, before), _, (large, after)] = &*self.rows else { return };
        let exponent = 10_f64.ln() / (large / small).ln();
        let growths: Vec<f64> =
            before.iter().zip(after).map(|(few, many)| (many / few).powf(exponent)).collect();
        let texts = growths.iter().zip(&self.widths[1..]).map(|(growth, width)| {
            let text = if growth.is_finite() { format!("× {growth:.1}") } else { "-".to_owned() };
            format!("{text:>width$}")
        });
        let texts: Vec<String> = texts.collect();
        println!("{:>width$}  {}", "ten times", texts.join("  "), width = self.widths[0]);
        let over = self
            .names
            .iter()
            .zip(&growths)
            .filter(|(_, growth)| (MOST_GROWTH..f64::INFINITY).contains(*growth));
        let over: Vec<&str> = over.map(|(name, _)| name.as_str()).collect();
        match &*over {
            [] => println!("linear or better"),
            over => println!("more than linear in this run: {}", over.join("; ")),
        }
    }
}
