//! Draws one picture into a file:
//!
//! ```sh
//! cargo run -p rostrum-render --example draw -- meme-top-bottom instagram meme.jpg top="It works" bottom="On my machine"
//! ```
//!
//! `background=FILE` takes a photo, `background=ridges:7` a scene with its seed, `colour=#173F5F` and `brand=NAME` dress
//! a card.
#![expect(clippy::print_stdout, reason = "a program of the terminal")]

use std::{env, error::Error, fs};

use rostrum_render::{Background, Fonts, Request, Style, render};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [template, platform, file, rest @ ..] = arguments.as_slice() else {
        return Err("usage: draw TEMPLATE PLATFORM FILE FIELD=TEXT...".into());
    };
    let mut request = Request {
        template: template.clone(),
        platform: platform.parse()?,
        captions: [].into(),
        background: Background::Template,
        style: Style::default(),
    };
    for argument in rest {
        let (name, value) = argument.split_once('=').ok_or("a caption is written FIELD=TEXT")?;
        match name {
            "background" => request.background = background(value)?,
            "colour" => request.style.colour = value.parse()?,
            "brand" => request.style.name = Some(value.to_owned()),
            _ => drop(request.captions.insert(name.to_owned(), value.to_owned())),
        }
    }
    let fonts = Fonts::open(concat!(env!("CARGO_MANIFEST_DIR"), "/fonts"))?;
    let rendered = render(&fonts, &request)?;
    fs::write(file, &rendered.bytes)?;
    println!("{} {}", rendered.sha256, rendered.alt_text);
    for note in &rendered.notes {
        println!("{note:?}");
    }
    Ok(())
}

fn background(value: &str) -> Result<Background, Box<dyn Error>> {
    if let Some((scene, seed)) = value.split_once(':') {
        return Ok(Background::Scene { scene: scene.parse()?, seed: seed.parse()? });
    }
    Ok(Background::Photo(fs::read(value)?.into()))
}
