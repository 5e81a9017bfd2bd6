//! The chain of the audit log: whatever is done to it, the first entry that is not as it was written is named.

use proptest::{prelude::*, sample::Index};
use sublet::domain::chain::{Checker, FirstBad, Head, Row, START, Seal, Text, Wrong, commitment};

use super::some::at;

fn text() -> impl Strategy<Value = Text> {
    let at = (0..4_000_000_000_000_i64).prop_map(|ms| chrono::DateTime::from_timestamp_millis(ms).unwrap());
    // Few letters, so that parts often look alike and their borders matter.
    (at, "[ab]{0,3}", "[ab]{0,3}", "[ab\u{e9}\u{0}]{0,6}").prop_map(|(at, about, actor, fact)| Text {
        at,
        about,
        actor,
        fact,
    })
}

/// Entries of old stand among new ones.
fn seal() -> impl Strategy<Value = Seal> {
    prop_oneof![Just(Seal::Plain), "[ab]{0,2}".prop_map(Seal::Salted)]
}

fn logs() -> impl Strategy<Value = (Vec<Row>, Head)> {
    prop::collection::vec((text(), seal()), 1..24).prop_map(|texts| {
        let mut head = Head::start();
        let rows = texts.into_iter().map(|(text, seal)| {
            head = head.after(&text, &seal);
            Row { seq: head.seq, text: Some(text), seal, hash: head.hash.clone() }
        });
        (rows.collect(), head)
    })
}

fn check(rows: &[Row], head: &Head, checkpoint: Option<Head>) -> Result<Head, FirstBad> {
    let mut checker = Checker::new(checkpoint);
    rows.iter().try_for_each(|row| checker.take(row))?;
    checker.end(head)
}

/// What can be done to one entry; each leaves another entry than before.
#[derive(Debug, Clone, Copy)]
enum Change {
    At,
    About,
    Actor,
    Fact,
    Hash,
    Border,
    Unreadable,
}

fn changes() -> impl Strategy<Value = Change> {
    use Change::{About, Actor, At, Border, Fact, Hash, Unreadable};
    prop::sample::select(vec![At, About, Actor, Fact, Hash, Border, Unreadable])
}

fn changed(row: &Row, change: Change, by: i64) -> Row {
    let mut row = row.clone();
    let text = row.text.as_mut().unwrap();
    match change {
        Change::At => text.at += chrono::TimeDelta::nanoseconds(by),
        Change::About => text.about.push('a'),
        Change::Actor => text.actor.push('a'),
        Change::Fact => text.fact.insert(0, 'a'),
        Change::Hash => {
            let other = if row.hash.starts_with('0') { "1" } else { "0" };
            row.hash.replace_range(0..1, other);
        }
        Change::Border => {
            // The same letters, strung together, in other parts.
            text.actor.push('a');
            if text.about.starts_with('a') {
                text.about.remove(0);
            }
        }
        Change::Unreadable => row.text = None,
    }
    row
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_written_is_whole((rows, head) in logs(), which: Index) {
        prop_assert_eq!(check(&rows, &head, None), Ok(head.clone()));
        let seen = which.get(&rows);
        let checkpoint = Head { seq: seen.seq, hash: seen.hash.clone() };
        prop_assert_eq!(check(&rows, &head, Some(checkpoint)), Ok(head));
    }

    #[test]
    fn a_changed_entry_is_named((mut rows, head) in logs(), which: Index, change in changes(), by in 1..9_000_000_000_i64) {
        let at = which.index(rows.len());
        rows[at] = changed(&rows[at], change, by);
        let wrong = if matches!(change, Change::Unreadable) { Wrong::Unreadable } else { Wrong::Changed };
        prop_assert_eq!(check(&rows, &head, None), Err(FirstBad { seq: rows[at].seq, wrong }));
    }

    /// Whoever changes an entry may also mend its hash: then the next one tells, or the head.
    #[test]
    fn a_mended_hash_is_betrayed_by_what_follows((mut rows, head) in logs(), which: Index) {
        let at = which.index(rows.len());
        let before = at.checked_sub(1).map_or_else(Head::start, |at| Head { seq: rows[at].seq, hash: rows[at].hash.clone() });
        let row = &mut rows[at];
        row.text.as_mut().unwrap().fact.push('a');
        row.hash = before.after(row.text.as_ref().unwrap(), &row.seal).hash;
        let named = match check(&rows, &head, None) {
            Err(FirstBad { seq, wrong: Wrong::Changed }) => seq - 1,
            Err(FirstBad { seq, wrong: Wrong::NotTheHead }) => seq,
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        prop_assert_eq!(named, rows[at].seq);
    }

    #[test]
    fn a_missing_entry_is_named((mut rows, head) in logs(), which: Index) {
        let seq = rows.remove(which.index(rows.len())).seq;
        let wrong = if seq == head.seq { Wrong::CutOff { last: seq } } else { Wrong::Missing };
        prop_assert_eq!(check(&rows, &head, None), Err(FirstBad { seq, wrong }));
    }

    #[test]
    fn a_log_that_was_cut_off_is_noticed((mut rows, head) in logs(), keep: Index) {
        rows.truncate(keep.index(rows.len()));
        let wrong = Wrong::CutOff { last: head.seq };
        let seq = rows.len() as i64 + 1;
        prop_assert_eq!(check(&rows, &head, None), Err(FirstBad { seq, wrong: wrong.clone() }));
        // The head was set back as well: only somebody who remembers it knows.
        let back = rows.last().map_or_else(Head::start, |row| Head { seq: row.seq, hash: row.hash.clone() });
        prop_assert_eq!(check(&rows, &back, None), Ok(back.clone()));
        prop_assert_eq!(check(&rows, &back, Some(head)), Err(FirstBad { seq, wrong }));
    }

    /// With their numbers exchanged, or only their order: the first of the two is named.
    #[test]
    fn entries_that_changed_places_are_noticed((mut rows, head) in logs(), one: Index, other: Index, renumbered: bool) {
        let (one, other) = (one.index(rows.len()), other.index(rows.len()));
        prop_assume!(rows[one].hash != rows[other].hash);
        rows.swap(one, other);
        if renumbered {
            let seq = rows[one].seq;
            rows[one].seq = rows[other].seq;
            rows[other].seq = seq;
        }
        let bad = check(&rows, &head, None).unwrap_err();
        prop_assert_eq!(bad.seq, one.min(other) as i64 + 1);
        prop_assert_eq!(bad.wrong, if renumbered { Wrong::Changed } else { Wrong::Missing });
    }

    #[test]
    fn an_entry_that_comes_twice_is_noticed((mut rows, head) in logs(), which: Index) {
        let row = which.get(&rows).clone();
        let seq = row.seq;
        rows.insert(usize::try_from(seq).unwrap(), row);
        prop_assert_eq!(check(&rows, &head, None), Err(FirstBad { seq, wrong: Wrong::OutOfPlace }));
    }

    #[test]
    fn an_entry_without_the_head_is_noticed((rows, head) in logs(), added in text()) {
        let longer = head.then(&added);
        let row = Row { seq: longer.seq, text: Some(added), seal: Seal::Plain, hash: longer.hash };
        let seq = row.seq;
        prop_assert_eq!(check(&[rows, vec![row]].concat(), &head, None), Err(FirstBad { seq, wrong: Wrong::Added }));
    }

    /// The words of some are erased: the chain holds when an entry says so, and else the first of them is named.
    #[test]
    fn erased_words_break_nothing_and_must_be_accounted_for((mut rows, head) in logs(), which: Index, known: bool) {
        let at = which.index(rows.len());
        let Seal::Salted(salt) = rows[at].seal.clone() else { return Ok(()) };
        rows[at].seal = Seal::Sealed(commitment(&salt, rows[at].text.as_ref().unwrap()));
        rows[at].text.as_mut().unwrap().fact = "(erased)".to_owned();
        let mut checker = Checker::new(None);
        rows.iter().try_for_each(|row| checker.take(row)).unwrap();
        prop_assert_eq!(checker.sealed(), 1);
        if known {
            checker.erased([rows[at].seq]);
        }
        let expected =
            if known { Ok(head.clone()) } else { Err(FirstBad { seq: rows[at].seq, wrong: Wrong::Emptied }) };
        prop_assert_eq!(checker.end(&head), expected);
        // The commitment is what the chain stands on.
        rows[at].seal = Seal::Sealed(commitment("another", rows[at].text.as_ref().unwrap()));
        prop_assert_eq!(check(&rows, &head, None), Err(FirstBad { seq: rows[at].seq, wrong: Wrong::Changed }));
    }

    /// The oldest were removed: the rest goes on from the floor, which an entry must name.
    #[test]
    fn a_log_goes_on_from_its_floor((rows, head) in logs(), which: Index, before: Index) {
        let at = which.index(rows.len());
        let floor = Head { seq: rows[at].seq, hash: rows[at].hash.clone() };
        let walk = |named: Option<Head>, checkpoint: Option<Head>| {
            let mut checker = Checker::above(floor.clone(), checkpoint);
            rows[at + 1..].iter().try_for_each(|row| checker.take(row))?;
            if let Some(named) = named {
                checker.removed(named);
            }
            checker.end(&head)
        };
        prop_assert_eq!(walk(Some(floor.clone()), None), Ok(head.clone()));
        let headless = FirstBad { seq: floor.seq + 1, wrong: Wrong::Headless };
        prop_assert_eq!(walk(None, None), Err(headless.clone()));
        prop_assert_eq!(walk(Some(Head { hash: START.to_owned(), ..floor.clone() }), None), Err(headless));
        let given = &rows[before.index(rows.len())];
        let expected = if given.seq < floor.seq {
            Err(FirstBad { seq: given.seq, wrong: Wrong::Removed })
        } else {
            Ok(head.clone())
        };
        let checkpoint = Head { seq: given.seq, hash: given.hash.clone() };
        prop_assert_eq!(walk(Some(floor.clone()), Some(checkpoint)), expected);
        let wrong = Head { seq: floor.seq, hash: START.to_owned() };
        let told = FirstBad { seq: floor.seq, wrong: Wrong::NotTheCheckpoint };
        prop_assert_eq!(walk(Some(floor.clone()), Some(wrong)), Err(told));
    }

    /// A whole new chain: the database cannot know, a checkpoint does.
    #[test]
    fn a_new_chain_is_known_by_a_checkpoint((rows, _) in logs(), (new, new_head) in logs(), which: Index) {
        let kept = which.get(&rows);
        let checkpoint = Head { seq: kept.seq, hash: kept.hash.clone() };
        prop_assert_eq!(check(&new, &new_head, None), Ok(new_head.clone()));
        let same = new.get(usize::try_from(kept.seq).unwrap() - 1).map(|row| row.hash == kept.hash);
        let expected = match same {
            Some(true) => Ok(new_head.clone()),
            Some(false) => Err(FirstBad { seq: kept.seq, wrong: Wrong::NotTheCheckpoint }),
            None => Err(FirstBad { seq: new_head.seq + 1, wrong: Wrong::CutOff { last: kept.seq } }),
        };
        prop_assert_eq!(check(&new, &new_head, Some(checkpoint)), expected);
    }
}

/// The encoding is for ever: written out here by other means (Python's hashlib), so that a change of it, which
/// would break every chain there is, does not go unnoticed.
#[test]
fn the_encoding_stays() {
    assert_eq!(check(&[], &Head::start(), None), Ok(Head { seq: 0, hash: START.to_owned() }));
    let text = Text {
        at: at("2026-11-21T12:00:00.123Z"),
        about: "web-00001".to_owned(),
        actor: r#"{"by":"clock"}"#.to_owned(),
        fact: r#"{"fact":"pending"}"#.to_owned(),
    };
    let first = Head::start().then(&text);
    assert_eq!(first.hash, "dcce01e3848db8ae304aaa3c40bf7a4341c72c197bd43354fe5ef9e9b5a6151e");
    assert_eq!(first.then(&text).hash, "8401b8f99dfc29dc0b8ba2f83d8318c285fcb24df139d0b65f2abc1a64998393");
    let words = commitment("salt", &text);
    assert_eq!(words, "654aa6d6ad812b1d29a8ac62b404a54cb22f1b8910efafa62064082aa6c197e6");
    let committed = Head::start().committed(text.at, &words).hash;
    assert_eq!(committed, "cbe89c150ed1090d3143a968d8d3a4483c518dab6c008cc26b07e098e771f876");
}
