#[path = "../tests/common/mod.rs"]
mod common;
use letters::*;
fn main() {
    for (pn, paper) in [("a4", Paper::A4), ("us", Paper::UsLetter)] {
        for (name, form) in [("letter", Form::Letter), ("large", Form::LargePrint), ("two", Form::TwoSlips), ("four", Form::FourSlips)] {
            let s = Typesetter::new(Template::shipped(), Layout { paper, form, ..Layout::default() }, vec![]).unwrap();
            for (kn, l) in [("act", common::activation()), ("prov", common::provisional())] {
                let mut bare = l.clone();
                bare.to.clear();
                let t = std::time::Instant::now();
                match s.set(&[l.clone(), bare, l.clone(), l.clone(), l]) {
                    Ok(d) => {
                        std::fs::write(format!("/tmp/look/{pn}-{name}-{kn}.pdf"), d.pdf).unwrap();
                        println!("{pn} {name} {kn}: {} pages {:?} {:?}", d.pages, t.elapsed(), d.warnings)
                    }
                    Err(e) => println!("{e}"),
                }
            }
        }
    }
}
