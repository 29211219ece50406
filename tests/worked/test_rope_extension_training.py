"""The training study: its task, its models, and a small run of it that must show its law."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from tests.skips import required

torch = required("torch")

from worked.rope import extension_training as study  # noqa: E402

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = study.Setting(
    trained_length=32, longest_period=16, steps=300, evaluation_sequences=64, batch=32
)


def test_every_token_repeats_one_period_later_and_not_before_in_general():
    generator = torch.Generator().manual_seed(5)
    for stretch, length in ((1, 64), (2, 128), (4, 256)):
        tokens, periods = study.repeated_words(study.Setting(), 40, length, stretch, generator)
        assert tokens.shape == (40, length + 1)
        assert periods.min() >= 4 * stretch
        assert periods.max() <= 32 * stretch
        for row, period in zip(tokens, periods.flatten().tolist(), strict=True):
            assert torch.equal(row[period:], row[:-period])
            # at another offset random tokens agree 1 time in 32
            assert (row[period + 1 :] == row[: -period - 1]).float().mean() < 0.6


def test_a_sequence_too_short_to_repeat_its_words_is_refused():
    with pytest.raises(ValueError, match="give 64 or more"):
        study.repeated_words(study.Setting(), 1, 63, 1, torch.Generator())
    with pytest.raises(ValueError, match="rope, learned, no_position"):
        study.Decoder(SMALL, "absolute")


def test_the_decoder_is_causal_and_rope_adds_no_parameters():
    torch.manual_seed(0)
    tokens = torch.randint(32, (2, 20))
    changed = tokens.clone()
    changed[:, 12:] = (changed[:, 12:] + 1) % 32
    tables = study._tables(study.scalings(SMALL, 1)["unscaled"], 20)
    sizes = {}
    for position in study.POSITIONS:
        model = study.Decoder(SMALL, position)
        sizes[position] = sum(p.numel() for p in model.parameters())
        turn = tables if position == "rope" else None
        torch.testing.assert_close(model(tokens, turn)[:, :12], model(changed, turn)[:, :12])
    # learned: one vector of 64 for each of the 4 x 32 positions
    assert sizes["rope"] == sizes["no_position"] == sizes["learned"] - 4 * 32 * 64


def test_a_rope_model_reads_the_same_wherever_its_sequence_starts():
    """Only offsets enter: starting to count at position 50 changes no output."""
    torch.manual_seed(0)
    model = study.Decoder(SMALL, "rope")
    tokens = torch.randint(32, (2, 20))
    cos, sin = study._tables(study.scalings(SMALL, 1)["unscaled"], 70)
    torch.testing.assert_close(
        model(tokens, (cos[:20], sin[:20])), model(tokens, (cos[50:], sin[50:])), atol=1e-4, rtol=0
    )


def test_without_scaling_to_do_every_method_is_plain_rope():
    plain, attention = study.scalings(SMALL, 1)["unscaled"]
    for frequencies, factor in study.scalings(SMALL, 1).values():
        np.testing.assert_allclose(frequencies, plain, rtol=1e-15)
        assert factor == attention == 1


def test_training_leaves_learned_rows_past_the_trained_length_as_they_started():
    """A table of positions knows nothing of a position that it never met in training."""
    setting = study.Setting(trained_length=32, longest_period=16, steps=5)
    model, _ = study.train(setting, "learned", 3)
    torch.manual_seed(3)
    start = study.Decoder(setting, "learned")
    assert torch.equal(model.rows.weight[32:], start.rows.weight[32:])
    assert not torch.equal(model.rows.weight[:32], start.rows.weight[:32])


def test_training_is_repeatable():
    setting = study.Setting(trained_length=32, longest_period=16, steps=5)
    assert study.train(setting, "rope", 1)[1] == study.train(setting, "rope", 1)[1]
    assert study.train(setting, "rope", 1)[1] != study.train(setting, "rope", 2)[1]


def test_withheld_tokens_leave_the_others_at_their_positions():
    """A table's later rows are read from their own place; RoPE reads the same from anywhere."""
    torch.manual_seed(0)
    tokens = torch.randint(32, (2, 20))
    learned, rope = study.Decoder(SMALL, "learned"), study.Decoder(SMALL, "rope")
    late, first = learned(tokens, None, 32), learned(tokens)
    assert not torch.allclose(late, first, atol=1e-2)
    learned.rows.weight.data[:20] = learned.rows.weight.data[32:52]
    torch.testing.assert_close(learned(tokens), late)
    unscaled = study.scalings(SMALL, 1)["unscaled"]
    # The last quarter's targets are the same tokens whether the start is shown or not.
    shown = study.accuracy(SMALL, rope, unscaled, 4, 1)
    withheld = study.accuracy(SMALL, rope, unscaled, 4, 1, SMALL.trained_length)
    assert 0 <= withheld <= 1
    assert abs(withheld - shown) < 0.1  # an untrained model guesses, with or without the start


@pytest.mark.heavy
def test_rope_learns_the_task_that_a_model_without_positions_does_not():
    rope, rope_losses = study.train(SMALL, "rope", 0)
    bare, bare_losses = study.train(SMALL, "no_position", 0)
    # an untrained model knows nothing: about ln 32 = 3.47 nats, a little more for its noise
    for losses in (rope_losses, bare_losses):
        assert math.log(32) - 0.1 < losses[0] < math.log(32) + 0.6
    late_rope, late_bare = np.mean(rope_losses[-20:]), np.mean(bare_losses[-20:])
    assert late_rope < late_bare / 2
    assert late_bare < bare_losses[0]
    unscaled = study.scalings(SMALL, 1)["unscaled"]
    with_rope = study.accuracy(SMALL, rope, unscaled, 1, 1)
    without = study.accuracy(SMALL, bare, None, 1, 1)
    assert with_rope > without + 0.2
    # words four times as long ask for distances never seen in training
    beyond = study.accuracy(SMALL, rope, study.scalings(SMALL, 4)["unscaled"], 4, 4)
    assert beyond < with_rope - 0.2


def test_the_recorded_study_holds_every_run_and_its_laws():
    recorded = json.loads(study.MEASURED.read_text(encoding="utf-8"))
    values = {name: entry["value"] for name, entry in recorded["values"].items()}
    assert recorded["deterministic"] is False
    assert recorded["machine"]
    setting = study.Setting()
    assert values["training_steps"] == setting.steps
    assert values["trained_length_tokens"] == setting.trained_length
    # the parameters by hand: 2 embeddings of 32 x 64; a layer has 3 x 64^2 + 64^2 + 2 x (128 x 64)
    # in matrices, 128 + 64 MLP biases and two norms of 2 x 64; the last norm 2 x 64
    layer = 4 * 64**2 + 2 * 128 * 64 + 128 + 64 + 2 * 128
    assert values["parameters"] == 2 * 32 * 64 + 2 * layer + 128
    for name, value in values.items():
        if name.endswith("_accuracy_mean"):
            stem = name.removesuffix("_mean")
            assert 0 <= values[f"{stem}_lowest"] <= value <= values[f"{stem}_highest"] <= 1
    assert values["rope_1x_accuracy_mean"] > values["no_position_1x_accuracy_mean"]
    for ratio in study.RATIOS:
        for words in ("familiar_words", "stretched_words"):
            for method in study.scalings(setting, ratio):
                assert f"rope_{method}_{ratio}x_{words}_accuracy_mean" in values
        unscaled = values[f"rope_unscaled_{ratio}x_stretched_words_accuracy_mean"]
        assert unscaled < values["rope_1x_accuracy_mean"]
    # A table is noise where it was not trained: worse than none, once its start is out of view.
    late = {p: values[f"{p}_4x_without_start_accuracy_mean"] for p in study.POSITIONS}
    assert late["learned"] < late["no_position"] < late["rope"]
    assert values["learned_4x_familiar_words_accuracy_mean"] > late["no_position"]
