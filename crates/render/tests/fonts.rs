//! What is said of fonts that are missing or damaged, and that a file is read once, and only for a text that needs it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test stands on ends it where it cannot be had")]

mod requests;

use std::{
    fs,
    path::{Path, PathBuf},
};

use requests::{FONTS, request};
use rostrum_core::platform::Platform;
use rostrum_render::{Fonts, RenderError, Request, render};

/// A copy of the fonts that the test may spoil. `name` is of one test only: they run at once.
fn copied(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fonts").join(name);
    // An earlier run may have left one.
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap();
    for name in names() {
        fs::copy(Path::new(FONTS).join(&name), folder.join(&name)).unwrap();
    }
    folder
}

fn names() -> Vec<String> {
    let names = fs::read_dir(FONTS).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "ttf")).collect()
}

fn saying(caption: &str) -> Request {
    request("meme-caption-above", Platform::X, &[("caption", caption)])
}

const PLAIN: &str = "It works — on my machine";
const OTHERS: [&str; 7] = ["يعمل", "עובד", "चलता है", "能运行", "動くよ", "작동한다", "🚀"];

/// The error names the file and says what to do.
#[track_caller]
fn names_it(error: &RenderError, name: &str) {
    let RenderError::Font { file, .. } = error else { panic!("{error:?}") };
    assert!(file.ends_with(name), "{file} instead of {name}");
    let text = error.to_string();
    assert!(text.contains(file) && text.contains("put it there again as it is in crates/render/fonts"), "{text}");
}

#[test]
fn a_folder_that_lacks_a_file_is_not_opened() {
    let folder = copied("lacking");
    assert_eq!(names().len(), 16);
    for name in names() {
        fs::remove_file(folder.join(&name)).unwrap();
        names_it(&Fonts::open(&folder).unwrap_err(), &name);
        fs::create_dir(folder.join(&name)).unwrap();
        names_it(&Fonts::open(&folder).unwrap_err(), &name);
        fs::remove_dir(folder.join(&name)).unwrap();
        fs::copy(Path::new(FONTS).join(&name), folder.join(&name)).unwrap();
    }
    assert!(Fonts::open(&folder).is_ok());
    names_it(&Fonts::open(folder.join("nowhere")).unwrap_err(), "Anton-Regular.ttf");
}

#[test]
fn a_damaged_file_is_refused_and_read_again_when_it_is_whole() {
    let folder = copied("damaged");
    for (name, text) in [("Oswald-Bold.ttf", PLAIN), ("NotoSansHebrew-Black.ttf", OTHERS[1])] {
        let whole = fs::read(folder.join(name)).unwrap();
        let mut changed = whole.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        let fonts = Fonts::open(&folder).unwrap();
        for damaged in
            [b"".as_slice(), b"this is no font", &whole[..middle], &whole[..whole.len() - 4], changed.as_slice()]
        {
            fs::write(folder.join(name), damaged).unwrap();
            names_it(&render(&fonts, &saying(text)).unwrap_err(), name);
        }
        fs::write(folder.join(name), whole).unwrap();
        assert!(render(&fonts, &saying(text)).unwrap() == requests::render(&saying(text)).unwrap(), "{name}");
    }
}

#[test]
fn a_plain_text_reads_no_other_fonts() {
    let folder = copied("plain");
    for name in names().iter().filter(|name| name.starts_with("Noto")) {
        fs::write(folder.join(name), "this is no font").unwrap();
    }
    let fonts = Fonts::open(&folder).unwrap();
    let card =
        request("quote-card", Platform::Linkedin, &[("quote", PLAIN), ("author", "Zoë Ångström"), ("role", "Инженер")]);
    for plain in [saying(PLAIN), saying(&PLAIN.repeat(100)), card] {
        assert!(render(&fonts, &plain).unwrap() == requests::render(&plain).unwrap(), "{:?}", plain.captions);
    }
    for other in OTHERS {
        names_it(&render(&fonts, &saying(other)).unwrap_err(), "NotoSansArabic-Medium.ttf");
        // It is still as good for plain texts as it was.
        assert!(render(&fonts, &saying(PLAIN)).is_ok());
    }
}

#[test]
fn what_was_read_is_kept() {
    let folder = copied("kept");
    let fonts = Fonts::open(&folder).unwrap();
    let texts = || OTHERS.into_iter().chain([PLAIN]).map(saying);
    let before: Vec<_> = texts().map(|asked| render(&fonts, &asked).unwrap()).collect();
    fs::remove_dir_all(&folder).unwrap();
    std::thread::scope(|scope| {
        let fonts = &fonts;
        let threads: Vec<_> = texts().map(|asked| scope.spawn(move || render(fonts, &asked).unwrap())).collect();
        for (thread, before) in threads.into_iter().zip(before) {
            assert!(thread.join().unwrap() == before, "it is drawn otherwise without the files");
        }
    });
}
