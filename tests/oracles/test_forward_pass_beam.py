"""Beam search against transformers' generate: the same answers in the same order."""

from __future__ import annotations

import numpy as np
import pytest

from tests.oracles.in_transformers import in_transformers
from tests.skips import required
from worked.forward_pass.beam import beam_search
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.transformer import Config, Transformer, random_weights

torch = required("torch")
transformers = required("transformers")

CONFIG = Config(25, 48, 2, 4, 2, 12, 80)
WEIGHTS = random_weights(CONFIG, seed=21)
FIVE, MOST = [5, 14, 15, 18, 20], list(range(5, 25))


@pytest.mark.parametrize("width", [2, 4, 7])
@pytest.mark.parametrize("length_penalty", [0.0, 1.0, 2.0])
@pytest.mark.parametrize(
    "stops", [[], [5], FIVE, MOST], ids=["no stop", "a stop", "five stops", "most are stops"]
)
def test_answers_and_scores_are_those_of_transformers(width, length_penalty, stops):
    """All beams, not the best alone, for eight prompts; some answers stop, some do not."""
    model = in_transformers(CONFIG, WEIGHTS)
    model.generation_config.eos_token_id = stops or None
    rng = np.random.default_rng(17)
    lengths = set()
    for _ in range(8):
        prompt = rng.integers(25, size=int(rng.integers(1, 20))).tolist()
        ids = torch.tensor([prompt])
        theirs = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=14,
            do_sample=False,
            num_beams=width,
            num_return_sequences=width,
            length_penalty=length_penalty,
            pad_token_id=0,
            return_dict_in_generate=True,
            output_scores=True,
        )
        ours = beam_search(
            Transformer(CONFIG, WEIGHTS),
            Pool(80, 4, CONFIG),
            prompt,
            width,
            14,
            length_penalty,
            stops,
        )
        for answer, row in zip(ours.answers, theirs.sequences.tolist(), strict=True):
            wanted = row[len(prompt) :]
            assert list(answer.tokens) == wanted[: len(answer.tokens)]
            # What follows is filled up with the first stop token: a padding of 0 counts as none.
            assert set(wanted[len(answer.tokens) :]) <= set(stops[:1])
            lengths.add(len(answer.tokens))
        np.testing.assert_allclose(
            [answer.score for answer in ours.answers],
            theirs.sequences_scores.numpy(),
            rtol=1e-5,
            atol=1e-5,
        )
    if not stops:
        assert lengths == {14}
    elif length_penalty < 2:  # the power 2 is for long answers
        assert len(lengths) > 1
