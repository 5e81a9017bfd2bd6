//! Template files: what the reader says about bad ones, and how the folder follows its files.

#![expect(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test that cannot go on stops where it stands; listings of faults are long because they are whole"
)]

use std::{fs, path::Path};

use sublet::{
    document::{Fault, Faults},
    domain::template::{Approval, Value},
    ports::templates::Templates,
    templates::{Folder, demo, read},
};

#[path = "templates/container.rs"]
mod container;
#[path = "templates/parameters.rs"]
mod parameters;

fn corpus() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/template");
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn good_files_are_read_and_bad_ones_refused() {
    for (name, text) in corpus() {
        let result = read("name", &name, &text);
        assert_eq!(result.is_ok(), name.starts_with("good-"), "{name}: {result:?}");
        assert_ne!(result, Err(Faults::none()), "{name} is refused without a fault");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let (_, text) = corpus().into_iter().find(|(name, _)| name == "bad-everything").unwrap();
    insta::assert_snapshot!(read("Web_1", "templates/Web_1.toml", &text).unwrap_err(), @r#"
    templates/Web_1.toml:1:1  titel
        There is no such key.
        Did you mean “title”?

    templates/Web_1.toml:2:15  provisioner
        “Local Cluster” is not a provisioner.
        Write one word, such as `local`.

    templates/Web_1.toml:3:10  access
        “telnet” is not one of the words that fit here.
        Write “ssh”.

    templates/Web_1.toml:5:1  lease.grace
        This is missing.
        Write how long it is kept after the end, such as `1h`.

    templates/Web_1.toml:6:11  lease.default
        The default is longer than the longest, 2w.
        Write a shorter default or a longer longest.

    templates/Web_1.toml:8:19  lease.warnings
        The warning 2h before the end is written twice.
        Keep one.

    templates/Web_1.toml:8:27  lease.warnings
        No lease is as long as 30d.
        Write a warning that is shorter than lease.longest.

    templates/Web_1.toml:8:34  lease.warnings[3]
        `soon` is not a length of time.
        Write a number and `m`, `h`, `d` or `w`, such as `90m`, `8h`, `3d` or `2w`.

    templates/Web_1.toml:12:11  approval.longest
        No lease may be that long: lease.longest is 2w.
        Write a shorter span.

    templates/Web_1.toml:13:1  approval.limits
        Nothing limits “memory”, so any amount of it would be approved by itself.
        Write memory = "512Mi" below [approval.limits], or less.

    templates/Web_1.toml:14:7  approval.limits.cpu
        “8” is above the most, 4.
        Write less, or raise max.

    templates/Web_1.toml:15:1  approval.limits.memroy
        “memroy” is not a parameter of this template.
        Did you mean “memory”?

    templates/Web_1.toml:16:1  approval.limits.engine
        “engine” is not an amount, so nothing can be below a limit.
        Limit only cpu, bytes, number and decimal parameters.

    templates/Web_1.toml:21:11  parameters.cpu.default
        “5” is above the most, 4.
        Write less, or raise max.

    templates/Web_1.toml:28:11  parameters.memory.default
        `lots` is not a size.
        Write a number and a unit, such as `512Mi` or `4Gi`.

    templates/Web_1.toml:29:7  parameters.memory.min
        The least, 8Gi, is more than the most, 512Mi.
        Exchange them.

    templates/Web_1.toml:35:11  parameters.engine.choices
        A choice is written twice.
        Keep each one once.

    templates/Web_1.toml:36:11  parameters.engine.default
        “postgers” is not one of the choices.
        Did you mean “postgres”?

    templates/Web_1.toml:38:1  parameters.for.help
        This is missing.
        Write one sentence that says what it is for.

    templates/Web_1.toml:38:13  parameters.for
        “for” has a meaning of its own in /env request.
        Take another name than template, size, for, until, key, team, reason.

    templates/Web_1.toml:40:11  parameters.for.default
        “perhaps” is neither yes nor no.
        Write `yes` or `no`.

    templates/Web_1.toml:41:7  parameters.for.min
        Only cpu, bytes, number and decimal have limits.
        Leave this out.

    templates/Web_1.toml:43:13  parameters.Size
        “Size” cannot be a parameter's name.
        Write at most 32 small letters, digits and `_`, a letter first.

    templates/Web_1.toml:44:8  parameters.Size.kind
        “size” is not one of the words that fit here.
        Write “cpu”, “bytes”, “number”, “decimal”, “text”, “choice”, “switch”, “list”, “map”, “integer”, “string”, “boolean”, “array” or “object”.

    templates/Web_1.toml
        “Web_1” cannot be a template's name.
        Name the file like `web.toml`: small letters, digits and `-`, a letter first, at most 20.

    templates/Web_1.toml  title
        This is missing.
        Write a few words, such as `Web server`.

    26 faults.
    "#);
}

#[test]
fn the_demo_templates_are_good() {
    for (file, text) in demo::FILES {
        let name = file.trim_end_matches(".toml");
        let template = read(name, file, text).unwrap_or_else(|faults| panic!("{faults}"));
        let whole = template.resolve(&Default::default()).expect("every parameter has a default");
        assert!(whole.len() >= 2);
        let span = template.span(None).unwrap();
        assert_eq!(template.approves_itself(&whole, span), name == "box");
    }
}

#[test]
fn the_demo_templates_on_kubernetes_are_good() {
    for (file, text) in demo::KUBERNETES_FILES {
        let name = file.trim_end_matches(".toml");
        let template = read(name, file, text).unwrap_or_else(|faults| panic!("{faults}"));
        let whole = template.resolve(&Default::default()).expect("every parameter has a default");
        assert!(template.workload.is_some());
        assert_eq!(template.approves_itself(&whole, template.span(None).unwrap()), name == "box");
    }
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("templates");
    demo::seed_kubernetes(&folder, "registry.example.org/ssh:7").unwrap();
    let text = fs::read_to_string(folder.join("web.toml")).unwrap();
    assert!(text.contains("image = \"registry.example.org/ssh:7\""), "{text}");
}

#[test]
fn amounts_are_written_as_people_write_them() {
    let text = demo::FILES[1].1.replace("memory = \"1Gi\"", "memory = 1073741824");
    let template = read("box", "box.toml", &text).unwrap();
    let Approval::Auto { limits, .. } = &template.approval else { panic!("{:?}", template.approval) };
    assert_eq!(limits["cpu"], Value::Cpu(1000));
    assert_eq!(limits["memory"], Value::Bytes(1 << 30));
    let names: Vec<&str> = template.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    assert_eq!(names, ["cpu", "memory"], "in the order of the file");
}

#[test]
fn rule_without_limits_is_refused() {
    let text = demo::FILES[1].1.replace("memory = \"1Gi\"\n", "").replace("longest = \"4h\"", "");
    insta::assert_snapshot!(read("box", "box.toml", &text).unwrap_err(), @r#"
    box.toml:13:1  approval.longest
        This is missing.
        Write the longest span that needs no human, such as `4h`.

    box.toml:17:1  approval.limits
        Nothing limits “memory”, so any amount of it would be approved by itself.
        Write memory = "4Gi" below [approval.limits], or less.

    2 faults.
    "#);
}

fn words(faults: &[Fault], folder: &Path) -> String {
    let all: Vec<String> = faults.iter().map(ToString::to_string).collect();
    all.join("\n").replace(&folder.display().to_string(), "FOLDER")
}

fn names(folder: &Folder) -> Vec<String> {
    folder.all().iter().map(|template| template.name.clone()).collect()
}

#[test]
fn a_folder_follows_its_files() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("templates");
    demo::seed(&path).unwrap();
    let (folder, faults) = Folder::open(&path);
    assert_eq!(
        (names(&folder), faults),
        (vec!["box".to_owned(), "data".to_owned(), "web".to_owned()], vec![])
    );
    assert!(!folder.refresh(), "nothing changed");

    let web = path.join("web.toml");
    let good = fs::read_to_string(&web).unwrap();
    fs::write(&web, good.replace("\"14d\"", "\"7d\"")).unwrap();
    assert!(folder.refresh());
    let span = chrono::TimeDelta::days(7);
    assert_eq!(folder.named("web").unwrap().longest, span.into());

    fs::write(&web, good.replace("\"14d\"", "\"14 moons\"")).unwrap();
    assert!(folder.refresh());
    assert_eq!(folder.named("web").unwrap().longest, span.into(), "the last good version stays");
    insta::assert_snapshot!(words(&folder.faults(), &path), @r#"
    FOLDER/web.toml:8:11  lease.longest
        `14 moons` is not a length of time. There is no unit `moons`.
        Write a number and `m`, `h`, `d` or `w`, such as `90m`, `8h`, `3d` or `2w`.
    "#);
    assert!(!folder.refresh(), "told once");

    fs::remove_file(&web).unwrap();
    assert!(folder.refresh());
    assert_eq!((names(&folder), folder.faults()), (vec!["box".to_owned(), "data".to_owned()], vec![]));

    fs::write(path.join("README.md"), "not a template").unwrap();
    fs::write(path.join(".web.toml.swp"), "not a template").unwrap();
    assert!(!folder.refresh());
}

#[test]
fn a_folder_that_cannot_be_read_keeps_what_it_had() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("templates");
    demo::seed(&path).unwrap();
    let (folder, _) = Folder::open(&path);
    let aside = home.path().join("aside");
    fs::rename(&path, &aside).unwrap();
    assert!(folder.refresh());
    assert!(!folder.refresh(), "told once");
    assert_eq!(names(&folder).len(), 3);
    insta::assert_snapshot!(words(&folder.faults(), &path), @r#"
    FOLDER
        The folder of templates cannot be read: No such file or directory (os error 2).
    "#);
    fs::rename(&aside, &path).unwrap();
    assert!(folder.refresh());
    assert_eq!(folder.faults(), vec![]);
}

#[test]
fn what_somebody_changed_is_not_seeded_again() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("templates");
    demo::seed(&path).unwrap();
    fs::remove_file(path.join("web.toml")).unwrap();
    demo::seed(&path).unwrap();
    assert!(!path.join("web.toml").exists());
}
