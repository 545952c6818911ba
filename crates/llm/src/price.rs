//! What a call costs.
//!
//! List prices as of 2026-11-21, from `external-apis.md` §3.1, in US dollars per million tokens:
//!
//! | model | input | cached input | output |
//! | --- | --- | --- | --- |
//! | `claude-fable-5-1` | 10 | 10 (none is published) | 50 |
//! | `claude-opus-5-5` | 4 | 0.20 | 20 |
//! | `claude-opus-5` | 5 | 0.50 | 25 |
//! | `claude-sonnet-5-5` | 2 | 0.10 | 10 |
//! | `claude-sonnet-5` | 2 | 0.20 | 10 |
//! | `claude-sonnet-4-5` | 3 | 0.30 | 15 |
//! | `claude-haiku-5-5` | 0.10 (0.50 above 100,000 input tokens) | 0.01 (0.05) | 0.50 (2.50) |
//! | `claude-haiku-4-5` | 1 | 0.10 | 5 |
//! | `gpt-6-astra` | 10 (20 above 272,000) | 1 (2) | 50 (75) |
//! | `gpt-6.1-sol` | 2 | 0.10 | 10 |
//! | `gpt-6-sol` | 2 | 0.20 | 10 |
//! | `gpt-6-luna` | 0.10 | 0.01 | 0.50 |
//! | `gpt-5.5` | 5 | 0.50 | 30 |
//! | `gpt-5.4` | 2.50 | 0.25 | 15 |
//! | `gpt-5.4-mini` | 0.75 | 0.075 | 4.50 |
//! | `gpt-5.4-nano` | 0.20 | 0.02 | 1.25 |
//! | `grok-4.7` | 2 (4 from 200,000) | 0.50 (1) | 6 (12) |
//! | `grok-4.3` | 1.25 (2.50 above 200,000) | 0.20 (0.40) | 2.50 (5) |
//!
//! Above its limit, every token of the call is billed at the higher price. Writing to a cache costs extra at Anthropic;
//! our requests ask for no caching, so that does not happen.

use crate::Usage;

/// Prices of a million tokens, in thousandths of a dollar. With those, a token costs this many billionths of a dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Price {
    input: u64,
    cached_input: u64,
    output: u64,
}

impl Price {
    const fn new(input: u64, cached_input: u64, output: u64) -> Self {
        Self { input, cached_input, output }
    }
}

/// The prices of one model.
struct Listed {
    /// Its id; an id that goes on with `-` and a date of eight digits is the same model.
    model: &'static str,
    price: Price,
    /// The most input tokens at that price, and the price beyond.
    long: Option<(u64, Price)>,
}

const fn listed(model: &'static str, price: Price) -> Listed {
    Listed { model, price, long: None }
}

const fn long(model: &'static str, price: Price, most: u64, beyond: Price) -> Listed {
    Listed { model, price, long: Some((most, beyond)) }
}

const LIST: [Listed; 18] = [
    listed("claude-fable-5-1", Price::new(10_000, 10_000, 50_000)),
    listed("claude-opus-5-5", Price::new(4_000, 200, 20_000)),
    listed("claude-opus-5", Price::new(5_000, 500, 25_000)),
    listed("claude-sonnet-5-5", Price::new(2_000, 100, 10_000)),
    listed("claude-sonnet-5", Price::new(2_000, 200, 10_000)),
    listed("claude-sonnet-4-5", Price::new(3_000, 300, 15_000)),
    long("claude-haiku-5-5", Price::new(100, 10, 500), 100_000, Price::new(500, 50, 2_500)),
    listed("claude-haiku-4-5", Price::new(1_000, 100, 5_000)),
    long("gpt-6-astra", Price::new(10_000, 1_000, 50_000), 272_000, Price::new(20_000, 2_000, 75_000)),
    listed("gpt-6.1-sol", Price::new(2_000, 100, 10_000)),
    listed("gpt-6-sol", Price::new(2_000, 200, 10_000)),
    listed("gpt-6-luna", Price::new(100, 10, 500)),
    listed("gpt-5.5", Price::new(5_000, 500, 30_000)),
    listed("gpt-5.4", Price::new(2_500, 250, 15_000)),
    listed("gpt-5.4-mini", Price::new(750, 75, 4_500)),
    listed("gpt-5.4-nano", Price::new(200, 20, 1_250)),
    long("grok-4.7", Price::new(2_000, 500, 6_000), 199_999, Price::new(4_000, 1_000, 12_000)),
    long("grok-4.3", Price::new(1_250, 200, 2_500), 200_000, Price::new(2_500, 400, 5_000)),
];

/// What a call of `model` that used this costs, in millionths of a dollar, rounded up. `None` if the price is not known.
///
/// `model` is the id that was asked for or the one that the provider answered with. More cached than input tokens, which
/// no provider should report, count as if all input came from the cache.
pub fn cost(model: &str, usage: Usage) -> Option<u64> {
    let listed = LIST.iter().find(|listed| is_same(model, listed.model))?;
    let price = match listed.long {
        Some((most, beyond)) if usage.input_tokens > most => beyond,
        _ => listed.price,
    };
    let cached = usage.cached_input_tokens.min(usage.input_tokens);
    let parts =
        [(usage.input_tokens - cached, price.input), (cached, price.cached_input), (usage.output_tokens, price.output)];
    let billionths: u128 = parts.iter().map(|(tokens, price)| u128::from(*tokens) * u128::from(*price)).sum();
    u64::try_from(billionths.div_ceil(1_000)).ok()
}

fn is_same(model: &str, listed: &str) -> bool {
    let Some(rest) = model.strip_prefix(listed) else { return false };
    let is_date = |date: &str| date.len() == 8 && date.bytes().all(|digit| digit.is_ascii_digit());
    rest.is_empty() || rest.strip_prefix('-').is_some_and(is_date)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usage(input_tokens: u64, cached_input_tokens: u64, output_tokens: u64) -> Usage {
        Usage { input_tokens, cached_input_tokens, output_tokens }
    }

    #[track_caller]
    fn check(model: &str, used: Usage, expected: Option<u64>) {
        assert_eq!(cost(model, used), expected, "{model} {used:?}");
    }

    #[test]
    fn costs_are_those_of_the_list() {
        // The examples of the price list: 3,000 tokens in, 400 out.
        check("claude-sonnet-5-5", usage(3_000, 0, 400), Some(10_000));
        check("gpt-6.1-sol", usage(3_000, 0, 400), Some(10_000));
        check("grok-4.7", usage(3_000, 0, 400), Some(8_400));
        check("claude-haiku-5-5", usage(3_000, 0, 400), Some(500));
        check("gpt-6-luna", usage(3_000, 0, 400), Some(500));
        check("gpt-5.4-mini", usage(1_000_000, 1_000_000, 0), Some(75_000));
        check("claude-sonnet-5-5", usage(3_000, 2_000, 400), Some(6_200));
        check("claude-sonnet-5-5", Usage::default(), Some(0));
    }

    #[test]
    fn a_long_prompt_costs_more_on_every_token() {
        check("claude-haiku-5-5", usage(100_000, 0, 1_000), Some(10_500));
        check("claude-haiku-5-5", usage(100_001, 0, 1_000), Some(52_501));
        check("grok-4.7", usage(199_999, 0, 0), Some(399_998));
        check("grok-4.7", usage(200_000, 0, 0), Some(800_000));
    }

    #[test]
    fn fractions_are_rounded_up() {
        check("gpt-6-luna", usage(1, 0, 0), Some(1));
        check("gpt-6-luna", usage(10, 0, 0), Some(1));
        check("gpt-6-luna", usage(11, 0, 0), Some(2));
        check("gpt-6-luna", usage(1, 1, 0), Some(1));
    }

    #[test]
    fn a_dated_id_is_its_model_and_others_are_not_known() {
        check("claude-haiku-4-5-20251001", usage(1_000, 0, 0), Some(1_000));
        check("claude-opus-5-5", usage(1_000, 0, 0), Some(4_000));
        check("gpt-6.1-terra", usage(1, 0, 1), None);
        check("gpt-6-lunatic", usage(1, 0, 1), None);
        check("claude-haiku-4-5-preview", usage(1, 0, 1), None);
        check("", usage(1, 0, 1), None);
    }

    #[test]
    fn strange_usage_has_a_price_or_none() {
        check("gpt-6-luna", usage(10, 1_000, 0), Some(1));
        check("gpt-6-astra", usage(u64::MAX, 0, u64::MAX), None);
    }

    proptest! {
        #[test]
        fn more_use_never_costs_less(input in 0_u64..400_000, output in 0_u64..130_000, more in 0_u64..1_000) {
            for listed in &LIST {
                let before = cost(listed.model, usage(input, 0, output));
                prop_assert!(before <= cost(listed.model, usage(input + more, 0, output)));
                prop_assert!(before <= cost(listed.model, usage(input, 0, output + more)));
                prop_assert!(cost(listed.model, usage(input, input, output)) <= before);
            }
        }
    }
}
