//! x
mod boxes; mod orient; mod crop; mod detect; mod infer; mod error; mod recognize; mod lines; mod fields;
#[doc(hidden)] pub mod dev {
use super::*; use std::path::Path;
pub fn fields(t:&str){ let ls:Vec<lines::Line>=t.lines().enumerate().filter(|(_,l)|!l.trim().is_empty()).map(|(r,l)|{ let mut ws=vec![];let mut at=0; for c in l.split("   "){ let w=c.trim(); if !w.is_empty(){ ws.push(lines::Word::level(w,at as f32*10.,(at+w.len()) as f32*10., r as f32*24.,18.)); } at+=c.len()+3;} lines::Line{words:ws}}).collect();
 let h=expense_core::ports::ocr::Hints{currency:"EUR".parse().unwrap(),locale:"en-GB".parse().unwrap(),sent_on:chrono::NaiveDate::from_ymd_opt(2026,11,23).unwrap(),categories:vec![]};
 match fields::read(ls,&h){ expense_core::ports::ocr::Reading::Receipt(r)=>{ println!("{:?} | {:?} | {:?} | {:?} | tax {:?} tip {:?} disc {:?} bal {:?} conf {}",r.merchant,r.date,r.total,r.currency,r.tax,r.tip,r.discount,r.balanced(),r.confidence.percent()); for i in &r.items{println!("    {} x {} = {}",i.quantity,i.description,i.amount);} } o=>println!("{o:?}") } }
pub fn dump(f:&Path){
 let home=std::env::var("HOME").unwrap(); let m=format!("{home}/.local/share/expense-bot/models");
 let t=std::time::Instant::now();
 let d=detect::Detector::load(&Path::new(&m).join("PP-OCRv6_det_small.onnx")).unwrap();
 let r=recognize::Recognizer::load(&Path::new(&m).join("PP-OCRv6_rec_small.onnx")).unwrap();
 eprintln!("load {:?}",t.elapsed());
 let img=image::open(f).unwrap().to_rgb8();
 let t=std::time::Instant::now();
 let mut b=d.find(&img).unwrap(); let skew=orient::align(&mut b);
 eprintln!("det {:?} {} skew {skew}",t.elapsed(),b.len());
 let t=std::time::Instant::now();
 let mut words=vec![];
 for x in &b { for s in r.read(&img,x).unwrap(){ words.push(lines::Word::new(s,x,skew)); } }
 eprintln!("rec {:?}",t.elapsed());
 for l in lines::lines(words){ println!("{}", l.words.iter().map(|w|format!("{} ",w.text)).collect::<Vec<_>>().join("| ")); }
}}
