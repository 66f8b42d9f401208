//! Who may import whom: the table of the crate page, held against the `use` lines and paths of every file.
//!
//! It reads source text, not types: a crate's own path (`crate::x`) or a library's name at the start of a path is
//! what counts. Test modules inside `src` may use what they like.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use wa_scheduler::failpoint::{ELSEWHERE, IN_A_LIFE};

/// One row: the files it speaks of, the own modules they may name, the libraries they must not name.
struct Row {
    module: &'static str,
    may_use: &'static [&'static str],
    never: &'static [&'static str],
}

const LIBRARIES: &[&str] =
    &["tokio", "actix", "actix_web", "sea_orm", "sea_orm_migration", "lapin", "reqwest", "tracing", "metrics"];

const TABLE: &[Row] = &[
    Row { module: "domain", may_use: &["domain"], never: LIBRARIES },
    Row {
        module: "ports",
        may_use: &["domain"],
        never: &["tokio", "actix", "actix_web", "sea_orm", "lapin", "reqwest", "tracing"],
    },
    Row { module: "messages", may_use: &["domain", "ports"], never: &["actix_web", "sea_orm", "lapin", "reqwest"] },
    Row {
        module: "actors",
        may_use: &["domain", "ports", "messages", "actors"],
        never: &["actix_web", "sea_orm", "lapin", "reqwest"],
    },
    Row {
        module: "whatsapp",
        may_use: &["domain", "ports", "whatsapp"],
        never: &["actix", "actix_web", "sea_orm", "lapin"],
    },
    Row { module: "store", may_use: &["domain", "ports", "store"], never: &["actix", "actix_web", "lapin", "reqwest"] },
    Row {
        module: "wake",
        may_use: &["domain", "ports", "messages", "wake"],
        never: &["actix_web", "sea_orm", "reqwest"],
    },
    Row {
        module: "http",
        may_use: &["domain", "messages", "ports", "whatsapp", "http"],
        never: &["sea_orm", "lapin", "reqwest"],
    },
    Row {
        module: "sandbox",
        may_use: &["whatsapp", "app", "config", "clock", "sandbox"],
        never: &["sea_orm", "lapin"],
    },
    Row { module: "config", may_use: &["domain", "config"], never: &["actix", "actix_web", "sea_orm", "reqwest"] },
    Row { module: "telemetry", may_use: &["domain"], never: &["actix", "actix_web", "sea_orm", "reqwest"] },
    Row { module: "clock", may_use: &["ports"], never: &["actix", "actix_web", "sea_orm", "reqwest"] },
    Row { module: "failpoint", may_use: &[], never: &["actix", "actix_web", "sea_orm", "lapin", "reqwest"] },
    Row { module: "ticker", may_use: &["messages", "ports"], never: &["actix_web", "sea_orm", "reqwest"] },
];

/// Points of fault may stand in every module but `domain`; builds without them hold nothing of it.
const EVERYWHERE: &str = "failpoint";

/// The rules may hold bugs that tests can plant, and no other point of fault.
const PLANTED: &str = "planted";

/// Parts of `whatsapp` that `http` and `sandbox` may name; the client is not theirs.
const WHATSAPP_PARTS: &[(&str, &[&str])] = &[("http", &["signature", "decode"]), ("sandbox", &["wire", "signature"])];

/// Shared parts of `actors`: everything else in there is one actor's own.
const ACTORS_SHARED: &[&str] = &["unit", "supervision"];

fn files_below(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            files_below(&path, into);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            into.push(path);
        }
    }
}

fn sources(module: &str) -> Vec<(PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    let folder = src.join(module);
    if folder.is_dir() {
        files_below(&folder, &mut paths);
    }
    let single = src.join(format!("{module}.rs"));
    if single.is_file() {
        paths.push(single);
    }
    paths.into_iter().filter(|path| !is_test_file(path)).map(|path| (path.clone(), code_of(&path))).collect()
}

fn is_test_file(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests") || path.file_stem().is_some_and(|stem| stem == "tests")
}

/// The code of a file without comments and without the test module at its end.
fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a readable file");
    let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    product.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The paths that follow `crate::` in a text, braces of a `use` opened one level.
fn own_paths(code: &str) -> Vec<Vec<String>> {
    code.match_indices("crate::").flat_map(|(at, found)| paths_after(&code[at + found.len()..])).collect()
}

fn paths_after(rest: &str) -> Vec<Vec<String>> {
    let end = rest.find(|c: char| !is_path(c)).unwrap_or(rest.len());
    let stem: Vec<String> = parts(&rest[..end]);
    match rest[end..].strip_prefix('{').and_then(|group| group.split('}').next()) {
        Some(group) => {
            let names = group.split([',', '{']).map(str::trim).filter(|name| !name.is_empty());
            names.map(|name| [stem.clone(), parts(name)].concat()).collect()
        }
        None => vec![stem],
    }
}

fn is_path(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == ':'
}

fn parts(path: &str) -> Vec<String> {
    let end = path.find(|c: char| !is_path(c)).unwrap_or(path.len());
    path[..end].split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn names_library(code: &str, library: &str) -> bool {
    code.match_indices(&format!("{library}::")).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        before.is_none_or(|c| !is_path(c))
    })
}

#[test]
fn every_module_keeps_to_its_row() {
    let mut breaches = Vec::new();
    for row in TABLE {
        let files = sources(row.module);
        assert!(!files.is_empty(), "the table speaks of `{}`, which does not exist", row.module);
        for (path, code) in files {
            for used in own_paths(&code) {
                let module = used.first().map(String::as_str).unwrap_or_default();
                if !row.may_use.contains(&module) && module != EVERYWHERE {
                    breaches.push(format!("{}: {} may not use crate::{}", path.display(), row.module, used.join("::")));
                }
            }
            for library in row.never.iter().filter(|library| names_library(&code, library)) {
                breaches.push(format!("{}: {} may not use {library}", path.display(), row.module));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn no_rule_knows_a_point_of_fault_but_planted_bugs() {
    let mut breaches = Vec::new();
    for (path, code) in sources("domain") {
        for used in own_paths(&code).iter().filter(|used| used.first().is_some_and(|name| name == EVERYWHERE)) {
            if used[1..] != [PLANTED] {
                breaches.push(format!("{}: crate::{}", path.display(), used.join("::")));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn every_bug_that_can_be_planted_is_in_the_code_and_no_other() {
    let mut planted = BTreeSet::new();
    for (_, code) in TABLE.iter().flat_map(|row| sources(row.module)) {
        let names = code.split("planted!(\"").skip(1).filter_map(|rest| rest.split('"').next());
        planted.extend(names.map(str::to_owned));
    }
    assert_eq!(planted, IN_A_LIFE.into_iter().chain(ELSEWHERE).map(str::to_owned).collect());
}

#[test]
fn only_the_named_parts_of_whatsapp_are_used_from_outside() {
    let mut breaches = Vec::new();
    for (module, parts) in WHATSAPP_PARTS {
        for (path, code) in sources(module) {
            for used in own_paths(&code).iter().filter(|used| used.first().is_some_and(|name| name == "whatsapp")) {
                if !used.get(1).is_some_and(|part| parts.contains(&part.as_str())) {
                    breaches.push(format!("{}: crate::{}", path.display(), used.join("::")));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn no_actor_knows_a_sibling() {
    let mut breaches = Vec::new();
    for (path, code) in sources("actors") {
        let own: Vec<&str> = path.iter().filter_map(|part| part.to_str()).map(|p| p.trim_end_matches(".rs")).collect();
        for used in own_paths(&code).iter().filter(|used| used.first().is_some_and(|name| name == "actors")) {
            let part = used.get(1).map(String::as_str).unwrap_or_default();
            if !ACTORS_SHARED.contains(&part) && !own.contains(&part) {
                breaches.push(format!("{}: crate::{}", path.display(), used.join("::")));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn every_module_of_the_crate_has_a_row_or_is_a_root() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs");
    let modules = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")).map(|name| name.trim_end_matches(';'));
    let missing: Vec<&str> =
        modules.filter(|name| !["app", "cli"].contains(name) && !TABLE.iter().any(|row| row.module == *name)).collect();
    assert!(missing.is_empty(), "without a row in the layer table: {missing:?}");
}

#[test]
fn the_checks_themselves_can_fail() {
    assert!(names_library("let x = tokio::spawn(y);", "tokio"));
    assert!(!names_library("let x = not_tokio::spawn(y);", "tokio"));
    assert_eq!(own_paths("use crate::store::Store;"), [["store", "Store"]]);
    assert_eq!(own_paths("use crate::x::{a, b::C};"), [vec!["x", "a"], vec!["x", "b", "C"]]);
}
