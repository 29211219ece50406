"""Our boosted trees are scikit-learn's: splits, leaf values, losses, predictions, importances.

Ties. Where several splits of a node lower the error equally, scikit-learn keeps the first that
it meets, and it meets the features in a shuffled order; sums of equal gains also round
differently. So each test either uses cases where the tied splits cut the training rows alike,
or lets our trees follow scikit-learn's choice, having made sure that it is among the splits
that we found to be best. Two more causes are named and counted below; in both scikit-learn
computes a variance as E[r^2] - E[r]^2. Its rounding can make a node of equal gradients look
worth splitting; and it can make a split that gains nothing look like a loss, so that the node
stays a leaf.
"""

from __future__ import annotations

import dataclasses
import itertools
import warnings
from typing import Any

import numpy as np
import pytest

from tests.skips import required

required("sklearn", "compares with scikit-learn")

from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor  # noqa: E402
from sklearn.inspection import permutation_importance as sklearn_permutation_importance  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402

from tests.effort import some  # noqa: E402
from tests.oracles.ordinary_data import SETS, class_numbers, one_of, table  # noqa: E402
from worked.gradient_boosting import importance  # noqa: E402
from worked.gradient_boosting.boosting import (  # noqa: E402
    Model,
    Settings,
    draw_rows,
    fit,
    hold_out,
    predict_probability,
    predict_raw,
    staged_raw,
)
from worked.gradient_boosting.by_hand import DISTANCE_KM, MINUTES, OVER_30_MINUTES  # noqa: E402
from worked.gradient_boosting.real_data import breast_cancer, diabetes  # noqa: E402
from worked.gradient_boosting.regression_tree import LEAF, TIE, Choose, Split  # noqa: E402

X6 = np.array(DISTANCE_KM, dtype=float)[:, None]
Y6 = np.array(MINUTES, dtype=float)
BETWEEN = np.linspace(-1, 12, 200)[:, None]
NOT_A_NODE = -2  # scikit-learn's feature number of a leaf
REGRESSION_LOSSES = ("squared_error", "absolute_error", "huber")


def sklearn_fit(X: np.ndarray, y: np.ndarray, settings: Settings) -> Any:
    """Return scikit-learn's model with the same settings."""
    common: dict[str, Any] = {
        "n_estimators": settings.rounds,
        "learning_rate": settings.learning_rate,
        "max_depth": settings.max_depth,
        "min_samples_leaf": settings.min_samples_leaf,
        "subsample": settings.subsample,
        "random_state": settings.seed,
        "n_iter_no_change": settings.patience,
        "validation_fraction": settings.validation_fraction,
        "tol": settings.tol,
    }
    if settings.loss == "logistic":
        return GradientBoostingClassifier(**common).fit(X, y)
    return GradientBoostingRegressor(
        loss=settings.loss, alpha=settings.huber_quantile, **common
    ).fit(X, y)


class Followed:
    """Makes our trees take scikit-learn's choice among the best splits, and counts the ties.

    A choice that is not among them stops the comparison, but for a leaf whose best split gains
    nothing: no more than the share TIE of the node's sum of squares.
    """

    def __init__(self, oracle: Any) -> None:
        self.trees = [stage[0].tree_ for stage in oracle.estimators_]
        self.ties = 0
        self.split_though_pure = 0
        self.leaf_for_no_gain = 0

    def __call__(self, number: int) -> Choose:
        assert number < len(self.trees), f"scikit-learn stopped after {len(self.trees)} trees"
        theirs = self.trees[number]

        def choose(tied: list[Split], node: int, pure: bool) -> Split | None:
            feature, threshold = theirs.feature[node], theirs.threshold[node]
            squares = theirs.impurity[node] * theirs.n_node_samples[node]
            if feature == NOT_A_NODE and (pure or tied[0].gain <= TIE * squares):
                self.leaf_for_no_gain += not pure
                return None
            for split in tied:
                if (split.feature, split.threshold) == (feature, threshold):
                    self.ties += len(tied) > 1
                    self.split_though_pure += pure
                    return split
            raise AssertionError(
                f"tree {number}, node {node}: scikit-learn splits feature {feature} at "
                f"{threshold}, which is not among the best: {tied[:3]}"
            )

        return choose


def follow(X: np.ndarray, y: np.ndarray, settings: Settings) -> tuple[Model, Any, Followed]:
    """Return our model, scikit-learn's, and what was counted while following its ties."""
    oracle = sklearn_fit(X, y, settings)
    followed = Followed(oracle)
    model = fit(X, y, settings, followed)
    assert len(model.trees) == len(oracle.estimators_)
    return model, oracle, followed


def assert_same_trees(model: Model, oracle: Any, tolerance: float) -> None:
    """Assert node by node: children, feature, threshold, rows; and each leaf's value."""
    for ours, (theirs,) in zip(model.trees, oracle.estimators_, strict=True):
        tree = theirs.tree_
        inside = ours.feature != LEAF
        assert (ours.feature[inside] == tree.feature[inside]).all()
        assert (tree.feature[~inside] == NOT_A_NODE).all()
        assert (ours.threshold[inside] == tree.threshold[inside]).all()
        assert (ours.left == tree.children_left).all()
        assert (ours.right == tree.children_right).all()
        assert (ours.rows == tree.n_node_samples).all()
        leaves = tree.value[~inside, 0, 0]
        assert ours.value[~inside] == pytest.approx(leaves, rel=tolerance, abs=tolerance)


def sklearn_raw(oracle: Any, X: np.ndarray) -> np.ndarray:
    """Return scikit-learn's predictions, or log-odds from a classifier."""
    decide = getattr(oracle, "decision_function", oracle.predict)
    return np.asarray(decide(X))


# ---- the six deliveries: to 1e-9, also between and beyond the rows


@pytest.mark.parametrize("loss", REGRESSION_LOSSES)
def test_small_data_every_setting(loss: str) -> None:
    """3 depths x 4 learning rates x 2 subsamples x 2 leaf sizes, 40 rounds each; a reader's run
    takes one in five of these, and of the other grids here."""
    for depth, eta, subsample, leaf in some(
        itertools.product((1, 2, 3), (1.0, 0.5, 0.3, 0.1), (1.0, 0.6), (1, 2)), each=5
    ):
        settings = Settings(
            loss=loss,
            rounds=40,
            learning_rate=eta,
            max_depth=depth,
            subsample=subsample,
            min_samples_leaf=leaf,
            seed=3,
        )
        model, oracle, _ = follow(X6, Y6, settings)
        assert_same_trees(model, oracle, 1e-9)
        assert predict_raw(model, BETWEEN) == pytest.approx(oracle.predict(BETWEEN), abs=1e-9)
        for ours, theirs in zip(staged_raw(model, X6), oracle.staged_predict(X6), strict=True):
            assert ours == pytest.approx(theirs, abs=1e-9)
        assert model.train_losses == pytest.approx(oracle.train_score_, abs=1e-9)


@pytest.mark.parametrize("eta", [1.0, 0.5, 0.3, 0.1])
def test_small_data_stumps_need_no_following(eta: float) -> None:
    """With squared error our own choices already are scikit-learn's, whatever its seed."""
    model = fit(X6, Y6, Settings(rounds=40, learning_rate=eta, max_depth=1))
    for seed in range(5):
        oracle = sklearn_fit(X6, Y6, Settings(rounds=40, learning_rate=eta, max_depth=1, seed=seed))
        assert predict_raw(model, BETWEEN) == pytest.approx(oracle.predict(BETWEEN), abs=1e-9)


@pytest.mark.parametrize("labels", [OVER_30_MINUTES, (0, 0, 1, 0, 1, 1)])
def test_small_classification_every_setting(labels: tuple[int, ...]) -> None:
    """Log-odds and probabilities to 1e-9; with eta 1 separable data drive the log-odds to 19,

    where p (1 - p) near 1e-8 magnifies rounding, and only the probabilities are held to 1e-9.
    """
    for depth, eta in itertools.product((1, 2, 3), (0.1, 0.3, 0.5, 1.0)):
        settings = Settings(loss="logistic", rounds=30, learning_rate=eta, max_depth=depth)
        model, oracle, _ = follow(X6, np.array(labels, dtype=float), settings)
        p = oracle.predict_proba(BETWEEN)[:, 1]
        assert predict_probability(model, BETWEEN) == pytest.approx(p, abs=1e-9)
        if eta < 1:
            assert_same_trees(model, oracle, 1e-9)
            log_odds = oracle.decision_function(BETWEEN)
            assert predict_raw(model, BETWEEN) == pytest.approx(log_odds, abs=1e-9)


# ---- real data: to 1e-6


def real_settings(
    loss: str, rounds: int, depths: tuple[int, ...], rates: tuple[float, ...]
) -> list[Settings]:
    """Return a grid: depth, learning rate, subsample, early stopping."""
    return [
        Settings(
            loss=loss,
            rounds=rounds,
            learning_rate=eta,
            max_depth=depth,
            subsample=subsample,
            patience=patience,
            seed=3,
        )
        for depth, eta, subsample, patience in some(
            itertools.product(depths, rates, (1.0, 0.6), (None, 3)), each=5
        )
    ]


@pytest.mark.parametrize("loss", REGRESSION_LOSSES)
def test_diabetes_every_setting(loss: str) -> None:
    """Same trees, staged predictions, losses; also for rows between the training rows."""
    X, y = diabetes()
    generator = np.random.RandomState(0)
    elsewhere = X[generator.randint(len(X), size=300)] + 0.02 * generator.normal(size=(300, 10))
    for settings in real_settings(loss, 30, (1, 3, 5), (0.1, 0.5)):
        model, oracle, followed = follow(X, y, settings)
        if not followed.split_though_pure:
            assert_same_trees(model, oracle, 1e-6)
        assert predict_raw(model, X) == pytest.approx(oracle.predict(X), abs=1e-6)
        assert predict_raw(model, elsewhere) == pytest.approx(oracle.predict(elsewhere), abs=1e-6)
        assert model.train_losses == pytest.approx(oracle.train_score_, abs=1e-6)
        if loss != "huber":
            assert followed.split_though_pure == 0


def test_breast_cancer_every_setting() -> None:
    """Same trees, probabilities and log-odds; at eta 0.1 and 0.3 every step is moderate."""
    X, y = breast_cancer()
    for settings in real_settings("logistic", 20, (1, 2, 4), (0.1, 0.3)):
        model, oracle, _ = follow(X, y, settings)
        assert_same_trees(model, oracle, 1e-6)
        assert predict_raw(model, X) == pytest.approx(oracle.decision_function(X), abs=1e-6)
        p = oracle.predict_proba(X)[:, 1]
        assert predict_probability(model, X) == pytest.approx(p, abs=1e-6)
        assert model.train_losses == pytest.approx(oracle.train_score_, abs=1e-6)


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("eta", [0.1, 0.5])
def test_diabetes_without_following(depth: int, eta: float) -> None:
    """Squared error up to depth 3: tied splits cut the rows alike, so predictions agree there."""
    X, y = diabetes()
    settings = Settings(rounds=40, learning_rate=eta, max_depth=depth)
    oracle = sklearn_fit(X, y, settings)
    assert predict_raw(fit(X, y, settings), X) == pytest.approx(oracle.predict(X), abs=1e-6)


# ---- ordinary data: to 1e-9 of the largest prediction


def drawn(seed: int, loss: str) -> tuple[np.ndarray, np.ndarray, Settings]:
    """Return a table of ordinary data, targets for `loss`, and settings."""
    rng = np.random.default_rng(seed)
    X, y = table(rng)
    chosen = one_of(
        rng,
        max_depth=(1, 2, 3, 4, 5),
        learning_rate=(0.1, 0.3, 1.0),
        min_samples_leaf=(1, 1, 3),
        subsample=(1.0, 1.0, 0.6),
        huber_quantile=(0.5, 0.9),
    )
    if loss == "logistic":
        y = class_numbers(y, 2)
    return X, y, Settings(loss=loss, rounds=6, seed=seed, **chosen)


def before_the_digits_run_out(oracle: Any, X: np.ndarray) -> int:
    """Return how many trees keep the log-odds within ln(1e-9 x 2^53) = 16.

    Up to there 1 - p still has nine digits. A leaf's step is a residual y - p over a curvature
    p (1 - p), so beyond it loses digit after digit; past ln(2^53) = 37 none is left, and steps
    of 1e20 follow that are right in neither code.
    """
    sure = [
        np.abs(raw).max() > np.log(1e-9 * 2.0**53) for raw in oracle.staged_decision_function(X)
    ]
    return sure.index(True) if True in sure else len(sure)


@pytest.mark.parametrize("loss", [*REGRESSION_LOSSES, "logistic"])
def test_ordinary_data(loss: str) -> None:
    """Every drawn set has scikit-learn's nodes and predictions, on its rows and beside them.

    Beside: each value moved to the next float32 below and above, so that a threshold between
    neighbours must be the same number.
    """
    ties = 0
    for seed in range(2 * SETS):
        X, y, settings = drawn(seed, loss)
        if loss == "logistic":
            rounds = before_the_digits_run_out(sklearn_fit(X, y, settings), X)
            settings = dataclasses.replace(settings, rounds=rounds)
        model, oracle, followed = follow(X, y, settings)
        for ours, (theirs,) in zip(model.trees, oracle.estimators_, strict=True):
            assert (ours.rows == theirs.tree_.n_node_samples).all(), seed
        values = X.astype(np.float32)
        for toward in (values, np.float32(-np.inf), np.float32(np.inf)):
            where = np.nextafter(values, toward)
            expected = sklearn_raw(oracle, where)
            off = np.abs(predict_raw(model, where) - expected).max()
            assert off <= 1e-9 * np.abs(expected).max(), seed
        ties += followed.ties
    assert ties > SETS  # the sets are full of ties, and none was a difference


def test_days_of_which_no_float32_lies_between() -> None:
    """33554438 is the midpoint of two neighbouring float32 numbers: rows 0 and 1 get 0 and 1."""
    X, y = np.array([[33554436.0], [33554440.0]]), np.array([0.0, 1.0])
    settings = Settings(rounds=1, max_depth=1, learning_rate=1.0)
    model, oracle, _ = follow(X, y, settings)
    assert model.trees[0].threshold[0] == 33554438
    assert predict_raw(model, X).tolist() == oracle.predict(X).tolist() == [0, 1]


# ---- the named causes


def test_targets_in_tiny_units_are_never_split() -> None:
    """Both codes call a node pure by a variance below 2.2e-16, whatever the target's units."""
    X, y = diabetes()
    for loss in ("squared_error", "huber"):
        model, oracle, _ = follow(X, y * 1e-10, Settings(loss=loss, rounds=2))
        assert [len(tree.feature) for tree in model.trees] == [1, 1]
        assert [stage[0].tree_.node_count for stage in oracle.estimators_] == [1, 1]


def test_a_node_that_no_split_improves_may_be_a_leaf() -> None:
    """A step of eta 1 leaves each of three groups the mean 0: no split gains anything.

    scikit-learn still splits where its improvement rounds to -2.2e-16 or above, and makes a
    leaf where it rounds below; the target's units decide. Neither changes a prediction.
    """
    rng = np.random.default_rng(0)
    X = rng.integers(0, 3, (40, 1)).astype(float)
    leaves = []
    for unit in (1.0, 10.0, 1e6):
        y = rng.standard_normal(40) * unit
        settings = Settings(rounds=4, max_depth=2, learning_rate=1.0)
        model, oracle, followed = follow(X, y, settings)
        assert predict_raw(model, X) == pytest.approx(oracle.predict(X), rel=1e-9)
        leaves.append(followed.leaf_for_no_gain)
    assert sum(leaves) > 0


def test_rounding_of_the_variance_can_split_a_pure_node() -> None:
    """Huber clips large residuals to the same +-delta; scikit-learn may split such a node.

    Its impurity there is some 1e-13 by rounding, above its bound of 2.2e-16, and the split
    moves the leaf's median. Followed, the model is scikit-learn's; not followed, it is not.
    """
    X, y = diabetes()
    settings = Settings(loss="huber", rounds=40, max_depth=5, subsample=0.6, seed=3)
    model, oracle, followed = follow(X, y, settings)
    assert followed.split_though_pure > 0
    assert predict_raw(model, X) == pytest.approx(oracle.predict(X), abs=1e-6)

    tree_of = [
        tree for tree in followed.trees if ((tree.impurity < 1e-9) & (tree.feature >= 0)).any()
    ]
    assert tree_of, "the nodes in question have an impurity that is rounding"


def test_runaway_newton_steps_are_scikit_learns_too() -> None:
    """At eta 1 with drawn rows both give log-odds beyond 1e5, and still the same classes."""
    X, y = breast_cancer()
    settings = Settings(
        loss="logistic", rounds=30, learning_rate=1.0, max_depth=1, subsample=0.6, seed=3
    )
    model, oracle, _ = follow(X, y, settings)
    for raw in (predict_raw(model, X), oracle.decision_function(X)):
        assert np.abs(raw).max() > 1e5
    assert ((predict_raw(model, X) > 0) == oracle.predict(X)).all()


def test_following_refuses_a_split_that_is_not_best() -> None:
    """The comparison can fail: trees of shuffled targets are no best splits of the true ones."""
    X, y = diabetes()
    settings = Settings(rounds=3, max_depth=2)
    shuffled = np.random.RandomState(0).permutation(y)
    with pytest.raises(AssertionError, match="not among the best"):
        fit(X, y, settings, Followed(sklearn_fit(X, shuffled, settings)))


# ---- the parts


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_held_out_rows_are_those_of_train_test_split(seed: int) -> None:
    _, y = breast_cancer()
    rows = np.arange(len(y))
    for share in (0.1, 0.25):
        theirs = train_test_split(rows, random_state=seed, test_size=share)
        ours = hold_out(y, share, seed, by_class=False)
        assert [a.tolist() for a in ours] == [a.tolist() for a in theirs]
        for n in (100, 101, 102, 569):
            theirs = train_test_split(rows[:n], random_state=seed, test_size=share, stratify=y[:n])
            ours = hold_out(y[:n], share, seed, by_class=True)
            assert [a.tolist() for a in ours] == [a.tolist() for a in theirs]


def test_drawn_rows_are_scikit_learns() -> None:
    from sklearn.ensemble._gradient_boosting import _random_sample_mask

    theirs = np.random.RandomState(5)
    ours = np.random.RandomState(5)
    for _ in range(10):
        mask = _random_sample_mask(101, int(0.37 * 101), theirs)
        theirs.randint(0, 2**31 - 1)  # what its tree draws
        assert draw_rows(101, 0.37, ours).tolist() == np.nonzero(mask)[0].tolist()


@pytest.mark.parametrize("loss", [*REGRESSION_LOSSES, "logistic"])
def test_impurity_importance_is_scikit_learns(loss: str) -> None:
    X, y = breast_cancer() if loss == "logistic" else diabetes()
    model, oracle, _ = follow(X, y, Settings(loss=loss, rounds=20, subsample=0.8))
    ours = importance.impurity_importance(model, X.shape[1])
    assert ours == pytest.approx(oracle.feature_importances_, abs=1e-9)
    assert ours.sum() == pytest.approx(1)


def test_permutation_importance_is_scikit_learns() -> None:
    """The same shuffles and the same score give the same loss for every column and repeat."""
    X, y = diabetes()
    model, oracle, _ = follow(X[:300], y[:300], Settings(rounds=20))
    held_out, target = X[300:], y[300:]
    # scikit-learn draws one seed from its own and uses it for every column
    seed = np.random.RandomState(4).randint(np.iinfo(np.int32).max + 1)
    ours = importance.permutation_importance(
        lambda A: importance.r_squared(target, predict_raw(model, A)),
        held_out,
        repeats=3,
        seed=seed,
    )
    theirs = sklearn_permutation_importance(oracle, held_out, target, n_repeats=3, random_state=4)
    assert ours == pytest.approx(theirs.importances, abs=1e-9)


@pytest.mark.parametrize("loss", [*REGRESSION_LOSSES, "logistic"])
def test_losses_and_gradients_are_scikit_learns(loss: str) -> None:
    """Base prediction and mean loss after one round, on an even and an odd number of rows."""
    X, y = breast_cancer() if loss == "logistic" else diabetes()
    for n in (200, 201):
        settings = Settings(loss=loss, rounds=1)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model, oracle, _ = follow(X[:n], y[:n], settings)
        base = oracle._raw_predict_init(X[:1].astype(np.float32))[0, 0]
        assert model.base == pytest.approx(base, abs=1e-12)
        assert model.train_losses == pytest.approx(oracle.train_score_, abs=1e-9)
        assert predict_raw(model, X[:n]) == pytest.approx(sklearn_raw(oracle, X[:n]), abs=1e-9)
