//! How many tests passed and failed, read from the closing lines of `cargo test`.

/// Summed over all test programs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Counts {
    /// Adds the line up if it closes a test program.
    pub(super) fn read(&mut self, line: &str) {
        let Some(numbers) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else { return };
        for part in numbers.1.split("; ") {
            match part.split_once(' ').map(|(number, what)| (number.parse::<u64>(), what)) {
                Some((Ok(number), "passed")) => self.passed += number,
                Some((Ok(number), "failed")) => self.failed += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    fn check(lines: &[&str], passed: u64, failed: u64) {
        let mut counts = Counts::default();
        for line in lines {
            counts.read(line);
        }
        assert_eq!(counts, Counts { passed, failed }, "{lines:?}");
    }

    #[test]
    fn closing_lines_are_summed() {
        check(&[], 0, 0);
        check(&["test counts::tests::one ... ok"], 0, 0);
        check(
            &[
                "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
                "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.20s",
            ],
            15,
            2,
        );
    }
}
