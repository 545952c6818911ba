//! Top level domains that are beyond doubt on the list that X uses.

/// Whether `label` (ASCII, either case) is a top level domain that has existed long enough to be on every list.
pub(super) fn is_certain(label: &str) -> bool {
    CERTAIN.split_ascii_whitespace().any(|known| known.eq_ignore_ascii_case(label))
}

/// The common generic domains and those of countries (ISO 3166 and its exceptions that are in use). Not all
/// of some 1,500: a link under another one is only counted more cautiously.
const CERTAIN: &str = "
    com org net edu gov mil int info biz name pro aero coop museum jobs mobi travel tel cat asia post
    academy agency app art bank blog build business cafe camp care career center cloud club codes coffee
    community company consulting cool design dev digital directory education email energy engineering
    events expert finance fit foundation fund fyi gallery global group guide guru health help host
    hosting house institute international jetzt life link live ltd management marketing media money
    network news ninja one online page partners photo photography photos press productions properties
    report review rocks run sale school science services shop show site social software solutions space
    store studio style support swiss systems team tech technology tips today tools top training tv
    university ventures video vip website wiki work works world wtf xyz zone
    ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by
    bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi
    fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in
    io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md
    me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe
    pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr st su
    sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf
    ws ye yt za zm zw
";
