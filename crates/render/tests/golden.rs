//! Pictures as they must be, to the last byte. A wanted change is accepted with `ROSTRUM_ACCEPT_GOLDENS=1`, after a look
//! at each new picture.
#![expect(clippy::unwrap_used, reason = "what a test stands on ends it where it cannot be had")]

mod requests;

use std::{env, fs, path::PathBuf};

use requests::{jpeg, landscape, render, request};
use rostrum_core::platform::Platform;
use rostrum_render::{Background, Note, Request, Scene, Style};
use sha2::{Digest, Sha256};

const ACCEPT: &str = "ROSTRUM_ACCEPT_GOLDENS";

/// A picture and the name of its file.
struct Golden {
    name: &'static str,
    request: Request,
}

fn golden(name: &'static str, template: &str, platform: Platform, captions: &[(&str, &str)]) -> Golden {
    Golden { name, request: request(template, platform, captions) }
}

impl Golden {
    fn scene(mut self, scene: Scene, seed: u64) -> Self {
        self.request.background = Background::Scene { scene, seed };
        self
    }

    /// With sides that are no multiples of what a JPEG stores together.
    fn photo(mut self) -> Self {
        self.request.background = Background::Photo(jpeg(&landscape(1003, 741), 90).into());
        self
    }

    fn brand(mut self, colour: &str, name: &str) -> Self {
        self.request.style = Style { colour: colour.parse().unwrap(), name: Some(name.to_owned()) };
        self
    }
}

fn goldens() -> Vec<Golden> {
    let long = "A caption that nobody will ever read to its end, because it goes on. ".repeat(40);
    let long: String = long.chars().take(2_000).collect();
    vec![
        golden(
            "meme-english",
            "meme-top-bottom",
            Platform::Instagram,
            &[("top", "When the build passes on the first try"), ("bottom", "Suspicious. Very suspicious.")],
        ),
        golden(
            "meme-emoji-over-photo",
            "meme-top-bottom",
            Platform::X,
            &[("top", "The whole team 👨‍👩‍👧‍👦 on a Friday 🇺🇦"), ("bottom", "Nobody deploys 🚀🔥👍🏽")],
        )
        .photo(),
        golden(
            "meme-arabic",
            "meme-top-bottom",
            Platform::Linkedin,
            &[("top", "عندما يعمل الكود من أول مرة"), ("bottom", "لا تلمس شيئاً")],
        )
        .scene(Scene::Lights, 2),
        golden(
            "meme-chinese",
            "meme-top-bottom",
            Platform::X,
            &[("top", "当代码第一次\n就能运行"), ("bottom", "不要碰任何东西")],
        )
        .scene(Scene::Waves, 1),
        golden(
            "meme-long",
            "meme-top-bottom",
            Platform::Instagram,
            &[
                (
                    "top",
                    "Me explaining to the whole company why the migration that was planned for one weekend has now \
                     taken eleven months and counting",
                ),
                (
                    "bottom",
                    "Everybody who wrote it down as a risk in the very first meeting and was told to be positive",
                ),
            ],
        )
        .scene(Scene::Skyline, 1),
        golden(
            "caption-english",
            "meme-caption-above",
            Platform::X,
            &[("caption", "Our roadmap for the next quarter, as seen by the people who have to build it.")],
        )
        .scene(Scene::Ridges, 3),
        golden(
            "caption-hebrew-and-latin-over-photo",
            "meme-caption-above",
            Platform::Instagram,
            &[("caption", "כשה-build עובר בפעם הראשונה (בלי warning אחד), ואף אחד לא יודע למה")],
        )
        .photo(),
        golden(
            "caption-japanese",
            "meme-caption-above",
            Platform::Linkedin,
            &[("caption", "金曜日の夕方にデプロイする人を、私たちは「勇者」と呼ぶ。")],
        )
        .scene(Scene::Skyline, 2),
        golden("caption-truncated", "meme-caption-above", Platform::Instagram, &[("caption", &long)])
            .scene(Scene::Waves, 2),
        golden(
            "quote-english",
            "quote-card",
            Platform::Linkedin,
            &[
                ("quote", "Simplicity is prerequisite for reliability."),
                ("author", "Edsger W. Dijkstra"),
                ("role", "Computer scientist"),
            ],
        )
        .brand("#B3261E", "Rostrum"),
        golden(
            "quote-korean",
            "quote-card",
            Platform::X,
            &[
                ("quote", "가장 위험한 말은 “우리는 늘 이렇게 해 왔다”는 말이다."),
                ("author", "그레이스 호퍼"),
                ("role", "미국 해군 소장, 컴퓨터 과학자"),
            ],
        )
        .brand("#173F5F", "Rostrum"),
        golden(
            "quote-devanagari",
            "quote-card",
            Platform::Instagram,
            &[
                ("quote", "सरलता ही विश्वसनीयता की पहली शर्त है, और उसे पाना सबसे कठिन काम है।"),
                ("author", "एड्सगर डाइक्स्ट्रा"),
                ("role", "कंप्यूटर वैज्ञानिक"),
            ],
        )
        .brand("#2F6B4F", "Rostrum"),
        golden(
            "headline-english",
            "headline-card",
            Platform::Instagram,
            &[
                ("kicker", "New"),
                ("headline", "2,400 posts a day, each in its own voice"),
                ("detail", "A council of models writes, a judge decides, and a person approves every word."),
            ],
        )
        .brand("#173F5F", "Rostrum"),
        golden(
            "headline-light",
            "headline-card",
            Platform::Linkedin,
            &[("kicker", "Careers"), ("headline", "We are hiring 🎉"), ("detail", "Three engineers, fully remote.")],
        )
        .brand("#FFD166", "Rostrum"),
        golden(
            "headline-arabic",
            "headline-card",
            Platform::X,
            &[
                ("kicker", "جديد"),
                ("headline", "2,400 منشور يومياً، لكل منها صوته الخاص"),
                ("detail", "مجلس من النماذج يكتب، وحَكَم يقرر، وإنسان يوافق على كل كلمة."),
            ],
        )
        .brand("#5B2A86", "Rostrum"),
    ]
}

#[test]
fn every_picture_is_as_it_was_accepted() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let accept = env::var_os(ACCEPT).is_some_and(|value| value == "1");
    let mut other = Vec::new();
    for Golden { name, request } in goldens() {
        let rendered = render(&request).unwrap();
        let extension = rendered.format.extension();
        let file = folder.join(format!("{name}.{extension}"));
        let new = folder.join(format!("{name}.new.{extension}"));
        let sha256: Vec<String> = Sha256::digest(&rendered.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(rendered.sha256, sha256.concat(), "{name}");
        if fs::read(&file).is_ok_and(|accepted| accepted == rendered.bytes) {
            drop(fs::remove_file(&new));
        } else if accept {
            fs::write(&file, &rendered.bytes).unwrap();
            drop(fs::remove_file(&new));
        } else {
            fs::write(&new, &rendered.bytes).unwrap();
            other.push(new.display().to_string());
        }
    }
    assert!(
        other.is_empty(),
        "these pictures are not as they were accepted; look at each, and accept them with {ACCEPT}=1:\n{}",
        other.join("\n")
    );
}

#[test]
fn only_the_longest_caption_is_cut() {
    for Golden { name, request } in goldens() {
        let notes = render(&request).unwrap().notes;
        let cut = notes.iter().any(|note| matches!(note, Note::Truncated { .. }));
        assert_eq!((cut, notes.len()), (name == "caption-truncated", usize::from(cut)), "{name}: {notes:?}");
    }
}

#[test]
fn the_same_request_is_the_same_file_whatever_was_drawn_before() {
    let all = goldens();
    let forwards: Vec<Vec<u8>> = all.iter().map(|golden| render(&golden.request).unwrap().bytes).collect();
    for (golden, first) in all.iter().zip(&forwards).rev() {
        assert!(render(&golden.request).unwrap().bytes == *first, "{} differs when it is drawn again", golden.name);
    }
}

#[test]
fn pictures_drawn_side_by_side_do_not_mix() {
    let all = goldens();
    let some = || all.iter().step_by(4);
    let alone: Vec<Vec<u8>> = some().map(|golden| render(&golden.request).unwrap().bytes).collect();
    std::thread::scope(|scope| {
        let threads: Vec<_> = some().map(|golden| scope.spawn(|| render(&golden.request).unwrap().bytes)).collect();
        for (thread, alone) in threads.into_iter().zip(alone) {
            assert!(thread.join().unwrap() == alone, "a picture depends on what is drawn beside it");
        }
    });
}
