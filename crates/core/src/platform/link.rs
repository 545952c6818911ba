//! The links that X would count as 23, whatever their length.
//!
//! X decides by a list of top level domains and by rules for each character. Here a link counts 23 only
//! when it is beyond doubt one; a candidate in doubt counts as much as the dearer of the two outcomes. So a
//! text never counts less here than on X. A general link finder would not do: where its idea of a link
//! reaches further than X's, it hides characters that X counts.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::top_level_domain;
use super::weight::plain_weight;

/// What X shortens every link to (`transformedURLLength`).
const LINK_WEIGHT: usize = 23;

/// The least that a link can weigh as plain text: `a.co`.
const SHORTEST_LINK: usize = 4;

/// A stretch of text that is, or may be, a link.
pub(super) struct Link {
    /// Its place, in bytes.
    pub(super) range: Range<usize>,
    /// The most that X can count for it.
    pub(super) weight: usize,
}

/// The links of a text and what may be one, in order.
pub(super) fn links(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut position = 0;
    while let Some(next) = text[position..].chars().next() {
        if !is_host_character(next) || matches!(next, '.' | '-' | '_') {
            position += next.len_utf8();
            continue;
        }
        let run = host_run(&text[position..]);
        let end = position + run.len();
        let domain_end = position + scheme_start(run, &text[end..]).unwrap_or(run.len());
        links.extend(bare(text, position..domain_end));
        if domain_end < end {
            links.push(with_scheme(text, domain_end..end + "://".len()));
        }
        position = links.last().map_or(end, |link| link.range.end.max(end));
    }
    links
}

/// A link that starts with `http://` or `https://`, whose place is given.
fn with_scheme(text: &str, scheme: Range<usize>) -> Link {
    let run = host_run(&text[scheme.end..]);
    let host = Host::read(run);
    let host_end = scheme.end + host.text.len();
    let after_port = host_end + port_length(&text[host_end..]);
    let (end, slug_fits) = tail_end(text, after_port, host.text);
    let own = plain_weight(&text[scheme.start..end]);
    let attached = text[..scheme.start].chars().next_back().is_some_and(|character| {
        character.is_ascii_alphanumeric()
            || matches!(character, '@' | '$' | '#' | '_' | '＠' | '＃' | '\u{202a}'..='\u{202e}')
    });
    // `https://name@host` is read by some versions of X's rules and not by others.
    let user = text[after_port..].starts_with('@');
    let weight = match host.kind {
        HostKind::Certain if !attached && !user && slug_fits && end - scheme.start <= 4_000 => LINK_WEIGHT,
        HostKind::Certain | HostKind::Possible { .. } if !user => {
            host.at_most(own, plain_weight(&text[scheme.start..scheme.end]))
        }
        _ => own + (LINK_WEIGHT - SHORTEST_LINK) * host.dots().max(1),
    };
    Link { range: scheme.start..end, weight }
}

/// A domain without a scheme, in a run of characters that may stand in one.
fn bare(text: &str, run: Range<usize>) -> Option<Link> {
    let host = Host::read(&text[run.clone()]);
    let before = text[..run.start].chars().next_back();
    let attached = before.is_some_and(|character| matches!(character, '@' | '$' | '#' | '＠' | '＃'));
    if attached || matches!(host.kind, HostKind::None) {
        return None;
    }
    let host_end = run.start + host.text.len();
    // The name of a mail address: its last part could only be a top level domain with an `@` behind it,
    // which X excludes. More parts could still hide a domain in front.
    if text[host_end..].starts_with('@') && host.dots() == 1 {
        return None;
    }
    let (end, _) = tail_end(text, host_end + port_length(&text[host_end..]), host.text);
    let own = plain_weight(&text[run.start..end]);
    let weight = match host.kind {
        HostKind::Odd => own + (LINK_WEIGHT - SHORTEST_LINK) * host.dots(),
        _ => host.at_most(own, 0),
    };
    Some(Link { range: run.start..end, weight })
}

/// What may be a host, without the punctuation that ends a sentence behind it.
struct Host<'text> {
    text: &'text str,
    kind: HostKind,
}

enum HostKind {
    /// Plain labels that end in a top level domain that is on X's list.
    Certain,
    /// Plain labels of which some may be a top level domain; `shortest` weighs the first two, the least
    /// that can be the link when the rest is not.
    Possible { shortest: usize },
    /// Other alphabets, underscores, stray hyphens: each dot may belong to a link of its own.
    Odd,
    /// No dot with something behind it that could be a top level domain.
    None,
}

impl<'text> Host<'text> {
    fn read(run: &'text str) -> Self {
        let text = run.trim_end_matches(['.', '-', '_']);
        let labels: Vec<&str> = text.split('.').collect();
        let plain = text.len() <= 253 && labels.iter().all(|label| is_plain_label(label));
        let kind = match labels[..] {
            [_] => HostKind::None,
            [.., last] if plain && top_level_domain::is_certain(last) => HostKind::Certain,
            [_, ref rest @ ..] if !rest.iter().any(|label| may_be_top_level(label)) => HostKind::None,
            [first, second, ..] if plain => HostKind::Possible { shortest: first.len() + 1 + second.len() },
            _ => HostKind::Odd,
        };
        Self { text, kind }
    }

    fn dots(&self) -> usize {
        self.text.matches('.').count()
    }

    /// The most that a candidate can count whose characters weigh `own`: no link, or a link over all of
    /// it, or a link over its first labels and plain text behind them.
    fn at_most(&self, own: usize, scheme: usize) -> usize {
        match self.kind {
            HostKind::Possible { shortest } if self.dots() > 1 => own.max(LINK_WEIGHT + own - scheme - shortest),
            _ => own.max(LINK_WEIGHT),
        }
    }
}

fn is_plain_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn may_be_top_level(label: &str) -> bool {
    let encoded = label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
    let starts_with_letters =
        label.chars().take_while(|character| !character.is_ascii() || character.is_ascii_alphabetic());
    encoded || starts_with_letters.count() >= 2
}

/// Where a scheme starts in a run that it ends, for example in `見てhttps`.
fn scheme_start(run: &str, rest: &str) -> Option<usize> {
    let starts = |scheme: &str| {
        let start = run.len().checked_sub(scheme.len())?;
        run.get(start..)?.eq_ignore_ascii_case(scheme).then_some(start)
    };
    rest.starts_with("://").then(|| starts("https").or_else(|| starts("http")))?
}

fn host_run(text: &str) -> &str {
    let end = text.find(|character| !is_host_character(character)).unwrap_or(text.len());
    &text[..end]
}

/// Whether a character may stand in a domain in X's eyes: outside ASCII, nearly everything that is
/// neither space nor punctuation.
fn is_host_character(character: char) -> bool {
    match character {
        '.' | '-' | '_' => true,
        '\0'..='\x7f' => character.is_ascii_alphanumeric(),
        '\u{80}'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}' => false,
        _ => is_combining_mark(character) || !character.is_whitespace(),
    }
}

fn port_length(text: &str) -> usize {
    let Some(digits) = text.strip_prefix(':') else { return 0 };
    match digits.bytes().take_while(u8::is_ascii_digit).count() {
        0 => 0,
        count => 1 + count,
    }
}

/// Where path and query end that surely belong to a link, and whether its shortening, if it is one of X's
/// own, is of a length that X accepts.
fn tail_end(text: &str, start: usize, host: &str) -> (usize, bool) {
    let rest = &text[start..];
    if host.eq_ignore_ascii_case("t.co") {
        let slug = rest.strip_prefix('/').unwrap_or_default();
        let length = slug.bytes().take_while(u8::is_ascii_alphanumeric).count();
        return (if length == 0 { start } else { start + 1 + length }, (1..=40).contains(&length));
    }
    let path = if rest.starts_with('/') { path_length(rest) } else { 0 };
    let query = if rest[path..].starts_with('?') { query_length(&rest[path..]) } else { 0 };
    (start + path + query, true)
}

fn path_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 0;
    let mut position = 0;
    while let Some(&byte) = bytes.get(position) {
        position += match byte {
            b'(' => match balanced(&bytes[position..]) {
                Some(length) => length,
                None => break,
            },
            _ if byte.is_ascii_alphanumeric() || b"-_./=~%+&#:,;!*@$'|".contains(&byte) => 1,
            _ => break,
        };
        if byte.is_ascii_alphanumeric() || b"-_/=+#(".contains(&byte) {
            end = position;
        }
    }
    end
}

/// The length of a bracket with plain characters in it, for example `(disambiguation)`.
fn balanced(bytes: &[u8]) -> Option<usize> {
    let inner = bytes[1..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.,%".contains(byte)).count();
    (inner > 0 && bytes.get(inner + 1) == Some(&b')')).then_some(inner + 2)
}

fn query_length(text: &str) -> usize {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"!?*'@;:&=+$/%#-_.,~".contains(byte);
    let all = 1 + text.bytes().skip(1).take_while(inside).count();
    let last = text.as_bytes()[..all].iter().rposition(|byte| byte.is_ascii_alphanumeric() || b"-_&=#/".contains(byte));
    last.map_or(0, |last| last + 1)
}
