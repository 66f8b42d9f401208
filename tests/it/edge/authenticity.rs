//! Who may hand in events, and what happens to everybody else.

use serde_json::json;

use crate::world::{OWNER, World, envelope, private_message, signature};

const HEADER: &str = "X-Hub-Signature-256";

fn command(world: &World, wamid: &str) -> String {
    let words = "schedule \"evil\" to team at tomorrow 9:00";
    let message = private_message(OWNER, wamid, words, world.stage.clock.instant());
    envelope(&json!({ "messages": [message] })).to_string()
}

#[actix_web::test]
async fn forged_unsigned_old_style_and_tampered_bodies_are_refused_without_an_effect() {
    let world = World::with_team().await;
    let body = command(&world, "wamid.forged");
    let right = signature(body.as_bytes());
    let hex = right.trim_start_matches("sha256=").to_owned();
    let forged = [
        format!("sha256={}", "0".repeat(64)),
        format!("sha1={}", &hex[..40]),
        format!("sha256={}", hex.to_uppercase()),
        format!("sha256={}", &hex[..63]),
        format!("sha256={hex}0"),
        hex,
        String::new(),
    ];
    for header in &forged {
        assert_eq!(world.webhook(body.clone().into_bytes(), &[(HEADER, header)]).await, 401, "{header}");
    }
    assert_eq!(world.webhook(body.clone().into_bytes(), &[]).await, 401);
    let old = [("X-Hub-Signature", "sha1=0000000000000000000000000000000000000000")];
    assert_eq!(world.webhook(body.clone().into_bytes(), &old).await, 401);
    let twice = [(HEADER, right.as_str()), (HEADER, right.as_str())];
    assert_eq!(world.webhook(body.clone().into_bytes(), &twice).await, 401);
    for place in 0..body.len() {
        let mut tampered = body.clone().into_bytes();
        tampered[place] ^= 1;
        assert_eq!(world.webhook(tampered, &[(HEADER, &right)]).await, 401, "byte {place}");
    }
    world.quiet().await;
    assert_eq!(world.get("/jobs").await.1["jobs"].as_array().map(Vec::len), Some(0));
    assert_eq!(world.signed(body).await, 200, "the same body, rightly signed, is taken");
    world.quiet().await;
    assert_eq!(world.get("/jobs").await.1["jobs"].as_array().map(Vec::len), Some(1));
    world.end().await;
}

#[actix_web::test]
async fn a_body_above_four_mebibytes_is_refused_and_one_below_is_taken() {
    let world = World::with_team().await;
    let limit = 4 * 1024 * 1024;
    let padded = |size: usize| {
        let body = command(&world, &format!("wamid.{size}"));
        let blanks = " ".repeat(size - body.len());
        body + &blanks
    };
    assert_eq!(world.signed(padded(limit + 1)).await, 413);
    assert_eq!(world.get("/jobs").await.1["jobs"].as_array().map(Vec::len), Some(0));
    assert_eq!(world.signed(padded(limit)).await, 200);
    world.quiet().await;
    assert_eq!(world.get("/jobs").await.1["jobs"].as_array().map(Vec::len), Some(1));
    world.end().await;
}

#[actix_web::test]
async fn authentic_garbage_is_kept_aside_and_never_a_crash() {
    let mut world = World::with_team().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_inside = envelope(&json!({ "messages": ["@@"] })).to_string().replace("\"@@\"", &deep);
    let garbage: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"not json".to_vec(),
        b"{\"object\":\"whatsapp_business_account\",\"entry\":[{".to_vec(),
        b"{\"object\":\"\xff\xfe\"}".to_vec(),
        b"null".to_vec(),
        b"{\"object\":\"page\",\"entry\":[]}".to_vec(),
        deep.clone().into_bytes(),
        deep_inside.into_bytes(),
        b"1e400".to_vec(),
    ];
    for (number, body) in garbage.into_iter().enumerate() {
        assert_eq!(world.signed(body).await, 200, "body {number}");
    }
    world.quiet().await;
    assert!(world.unheard().is_empty());
    world.owner("help").await;
    world.end().await;
}

#[actix_web::test]
async fn the_handshake_answers_the_bare_challenge_and_only_to_the_right_token() {
    let world = World::start().await;
    let token = wa_scheduler::sandbox::stage::VERIFY_TOKEN;
    let path = |mode: &str, token: &str| {
        format!("/webhook/whatsapp?hub.mode={mode}&hub.challenge=1158201444&hub.verify_token={token}")
    };
    assert_eq!(world.get(&path("subscribe", token)).await, (200, json!(1_158_201_444)));
    for wrong in [path("subscribe", "wrong"), path("unsubscribe", token), path("subscribe", &token.to_uppercase())] {
        assert_eq!(world.get(&wrong).await.0, 403, "{wrong}");
    }
    world.end().await;
}

#[actix_web::test]
async fn events_for_another_number_or_account_are_kept_and_have_no_effect() {
    let world = World::with_team().await;
    for (from, to) in [("700100200300400", "700100200300499"), ("900800700600500", "900800700600599")] {
        let body = command(&world, &format!("wamid.{to}")).replace(from, to);
        assert_eq!(world.signed(body).await, 200);
    }
    world.quiet().await;
    assert_eq!(world.get("/jobs").await.1["jobs"].as_array().map(Vec::len), Some(0));
    world.end().await;
}

#[actix_web::test]
async fn admin_endpoints_need_the_token() {
    let world = World::start().await;
    let client = crate::world::http_client();
    let url = format!("{}/jobs", world.stage.url().expect("a daemon"));
    for header in [
        None,
        Some(("X-Admin-Token", "wrong")),
        Some(("Authorization", "Basic abc")),
        Some(("Authorization", "Bearer ")),
    ] {
        let mut request = client.get(&url);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        assert_eq!(request.send().await.expect("an answer").status(), 401, "{header:?}");
    }
    let bearer = format!("Bearer {}", wa_scheduler::sandbox::stage::ADMIN_TOKEN);
    assert_eq!(client.get(&url).header("Authorization", bearer).send().await.expect("an answer").status(), 200);
    world.end().await;
}
