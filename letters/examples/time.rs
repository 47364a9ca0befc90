#[path = "../tests/common/mod.rs"]
mod common;
use letters::*;
fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let b = s.rsplit(')').next().unwrap().to_owned();
    b.split_ascii_whitespace().skip(11).take(2).filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}
fn main() {
    for path in std::env::args().skip(1) {
        let form = if path.contains("two") {
            Form::TwoSlips
        } else if path.contains("four") {
            Form::FourSlips
        } else {
            Form::Letter
        };
        let s =
            Typesetter::new(Template::new(&path, std::fs::read_to_string(&path).unwrap()), Layout { form, ..Layout::default() }, vec![])
                .unwrap();
        let c = cpu();
        let mut size = 0;
        for i in 0..20 {
            let l: Vec<Letter> = (0..32)
                .map(|j| {
                    let mut l = common::activation();
                    let n = i * 32 + j;
                    l.pupil = format!("Bel{n}anger");
                    l.purpose = format!("{} {n}", l.purpose);
                    l.qr = format!("{}{}", &l.qr[..l.qr.len() - 4], n + 1000);
                    l.number = format!("{n}");
                    l
                })
                .collect();
            match s.set(&l) {
                Ok(d) => size = d.pdf.len() / 32,
                Err(e) => {
                    println!("{e}");
                    return;
                }
            }
            typst_evict();
        }
        println!("{path}: {:.2} ms a letter, {size} bytes", (cpu() - c) * 1000.0 / 640.0);
    }
}
fn typst_evict() {
    typst::comemo::evict(0);
}
