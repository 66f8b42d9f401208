//! Bodies as nobody should send them: broken, poisoned, deep, huge.

use proptest::prelude::*;

use super::*;

#[test]
fn one_poisoned_event_never_harms_its_batch() {
    let deep = format!(
        r#"{{"id":"wamid.P","from":"15550009901","type":"text","text":{}1{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let poisons = [
        r#"{"id":"wamid.P","from":"15550009901","type":"text","text":{"body":"\ud800"}}"#,
        r#"{"id":"wamid.P","from":"15550009901","type":"text","text":{"body":1e400}}"#,
        r#"{"id":7,"from":"15550009901","type":"text","text":{"body":"x"}}"#,
        r#"{"from":"15550009901","type":"text","text":{"body":"x"}}"#,
        r#"{"id":"wamid.P","type":"text","text":{"body":"x"}}"#,
        r#"["wamid.P","15550009901"]"#,
        "null",
        "1",
        "\"x\"",
        deep.as_str(),
    ];
    for poison in poisons {
        for at in 0..10 {
            let mut batch: Vec<String> = (0..10).map(|n| text_message(&format!("wamid.{n}"))).collect();
            batch[at] = poison.to_owned();
            let all = events(around(&format!(r#""messages":[{}]"#, batch.join(","))).as_bytes());
            assert_eq!(all.len(), 10);
            for (n, event) in all.iter().enumerate() {
                assert_eq!(is_dead(event), n == at, "{n} {:.60}", poison);
            }
            assert!(all[at].dedupe_key.starts_with("h:"), "a dead event must not stand in the way of a good one");
        }
    }
}

#[test]
fn a_broken_layer_harms_only_what_is_inside_it() {
    let good = format!(
        r#"{{"id":"{ACCOUNT}","changes":[{{"field":"messages",
            "value":{{"metadata":{{"phone_number_id":{NUMBER}}},"messages":[{}]}}}}]}}"#,
        text_message("wamid.1")
    );
    for broken in [
        "null",
        "5",
        r#"{"id":"900800700600500","changes":[7]}"#,
        r#"{"id":"900800700600500","changes":{"field":5}}"#,
        r#"{"id":"900800700600500","changes":[{"field":"messages","value":[]}]}"#,
        r#"{"id":"900800700600500","changes":[{"field":"messages"}]}"#,
    ] {
        let body = format!(r#"{{"object":"whatsapp_business_account","entry":[{broken},{good}]}}"#);
        let all = events(body.as_bytes());
        assert_eq!(all.iter().map(is_dead).collect::<Vec<_>>(), [true, false], "{broken}");
    }
}

#[test]
fn garbage_is_kept_whole_as_one_dead_event() {
    let deep = "[".repeat(100_000);
    for body in [b"".as_slice(), b"not json", b"{\"object\":", b"\xff\xfe", deep.as_bytes(), b"{} {}"] {
        let event = one(body);
        assert!(is_dead(&event) && event.kind == EventKind::Other);
        assert_eq!(event.raw, body);
        assert_eq!(event.dedupe_key, format!("h:{}", sha256(body)));
    }
    assert!(events(br#"{"object":"whatsapp_business_account","entry":[]}"#).is_empty());
}

#[test]
fn depth_in_what_is_not_read_does_no_harm() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = around(&format!(r#""deep":{deep},"messages":[{}],"statuses":[]"#, text_message("wamid.1")));
    assert!(matches!(one(body.as_bytes()).reading, Reading::Event(_)));
}

#[test]
fn a_thousand_messages_by_a_thousand_people_each_find_their_own_name() {
    let contacts: Vec<String> = (0..1000)
        .map(|n| format!(r#"{{"wa_id":"1555000{n:04}","profile":{{"name":"N{n}","junk":"{}"}}}}"#, "j".repeat(1000)))
        .collect();
    let messages: Vec<String> = (0..1000)
        .map(|n| text_message(&format!("wamid.{n}")).replace("15550009901", &format!("1555000{n:04}")))
        .collect();
    let body = around(&format!(r#""contacts":[{}],"messages":[{}]"#, contacts.join(","), messages.join(",")));
    let all = events(body.as_bytes());
    assert_eq!(all.len(), 1000);
    for (n, event) in all.iter().enumerate() {
        let Ok(Inbound::Message(message)) = WebhookDecoder.decode(event.kind, &event.raw) else { panic!("{n}") };
        assert_eq!(message.name, Some(format!("N{n}")));
    }
    let kept: usize = all.iter().map(|event| event.raw.len()).sum();
    assert!(kept < 2 * body.len(), "{kept}");
}

#[test]
fn a_huge_contact_is_not_copied_beside_every_message() {
    let contact = format!(r#"{{"wa_id":"15550009901","profile":{{"name":"{}"}}}}"#, "n".repeat(100_000));
    let messages: Vec<String> = (0..100).map(|n| text_message(&format!("wamid.{n}"))).collect();
    let body = around(&format!(r#""contacts":[{contact}],"messages":[{}]"#, messages.join(",")));
    let kept: usize = events(body.as_bytes()).iter().map(|event| event.raw.len()).sum();
    assert!(kept < body.len(), "{kept}");
}

proptest! {
    #[test]
    fn damage_never_panics_and_never_loses_a_body(
        which in 0..ALL.len(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut body = ALL[which].to_vec();
        for (at, byte) in &damage {
            let at = at.index(body.len());
            body[at] = *byte;
        }
        let whole = events(&body);
        body.truncate(cut.index(body.len()));
        for event in whole.iter().chain(&events(&body)) {
            prop_assert!(event.dedupe_key.len() <= KEY_LIMIT);
            prop_assert!(std::str::from_utf8(&event.raw).is_ok() || is_dead(event));
            if let Reading::Event(inbound) = &event.reading {
                let again = WebhookDecoder.decode(event.kind, &event.raw);
                prop_assert_eq!(again.as_ref(), Ok(inbound.as_ref()));
            }
        }
    }
}
