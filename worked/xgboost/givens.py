"""What the XGBoost chapter starts from, step by step: the deliveries, the parameters, a machine."""

from __future__ import annotations

from datetime import date

from worked.figures import Given, Source

READ = (date(2026, 11, 25), date(2027, 11, 25))
DEFAULT = Source(
    "XGBoost 3.2.0, the default as its save_config() writes it; described in XGBoost Parameters",
    "https://xgboost.readthedocs.io/en/stable/parameter.html",
    *READ,
)
GOSS = Source(
    "LightGBM, include/LightGBM/config.h: the default",
    "https://lightgbm.readthedocs.io/en/stable/Parameters.html",
    *READ,
)
FINER = Source(
    "XGBoost 3.2.0: the factor with which its cuts come out to the last bit, as the tests compare "
    "them",
    None,
    *READ,
)

# fmt: off
# The ranges keep the six distances apart and in order.
DELIVERIES = (
    Given("distance", (1, 2, 3, 5, 6, 8), "", "x_{<row>}", "Distance of delivery <row>, km",
          (0.1, 1.6, 2.6, 4.1, 5.6, 7.1), (1.4, 2.4, 3.9, 5.4, 6.9, 15), places=1, over="row"),
    Given("minutes", (8, 9, 17, 22, 31, 39), "", "y_{<row>}", "Minutes of delivery <row>", 0, 500,
          places=1, over="row"),
    Given("row_weight", 1, "", "h", "Weight of each row, which is its hessian", 1, 10,
          integer=True,
          note="under squared error a row's hessian is its sample weight, usually one"),
    Given("base_shift", 0, "", "s_0", "How far the base score stands off the mean, minutes",
          -20, 20, places=2,
          note="left to itself the library takes the mean; base_score sets another value"),
)
TRIAL_ROW = (
    Given("trial_margin", -1, "", "m", "A margin (log-odds) to start from", -6, 6, places=2),
    Given("trial_label", 1, "", "y", "The label there", 0, 1, integer=True),
    Given("trial_step", 1, "", "s", "A step in the margin", -3, 3, places=2),
)
PENALTIES = (
    Given("reg_lambda", 1, "", r"\lambda", "L2 penalty, lambda", 0, 100, DEFAULT, places=2),
    Given("reg_alpha", 0, "", r"\alpha", "L1 penalty, alpha", 0, 50, DEFAULT, places=2),
    Given("gamma", 10, "", r"\gamma", "Gain that a split must reach, gamma", 0, 2000, places=2),
)
TRIAL_WEIGHT = Given("trial_weight", 14, "", "w", "A weight to try for that leaf", -50, 50,
                     places=2)
TRIAL_GAMMA = Given("trial_gamma", 30, "", r"\gamma'", "A gamma to read either way", 0, 2000,
                    places=2)
OTHER_LAMBDA = Given("other_lambda", 0, "", r"\lambda_0", "A second lambda, to compare with", 0,
                     100, places=2)
LARGER_GAMMA = Given("larger_gamma", (60, 500), "", r"\gamma_{<larger>}",
                     "The <larger> gamma", 0, 2000, places=2, over="larger")
FEEDING = (
    Given("min_child_weight", 1, "", r"c_\mathrm{min}",
          "Hessian sum that each child must reach, min_child_weight", 0, 20, DEFAULT, places=2),
    Given("believed", (0.99, 0.5, 0.001), "", r"p_{<belief>}",
          "The <belief> probability", (0.5, 0.01, 0.0001), (0.9999, 0.99, 0.1), places=4,
          over="belief"),
)
ROUNDS = (
    Given("eta", 0.3, "", r"\eta", "Learning rate, eta", 0.01, 1, DEFAULT, places=2),
    Given("query_km", 20, "", "q", "A distance to predict for, km", 0.1, 100, places=1),
)
COLUMNS = (
    Given("features", 28, "", "d", "Features of a larger table", 2, 10000, integer=True),
    Given("share", (0.8, 0.5, 0.5), "", r"s_{<draw>}", "colsample_by<draw>", 0.05, 1,
          places=2, over="draw"),
)
MISSING = Given("y_missing", 35, "", "y_?", "Minutes of a delivery whose distance is not known", 0,
                500, places=1)
TABLE = (
    # No more bins than rows.
    Given("rows", 1_000_000, "rows", "n", "Rows of a larger table", 20_000, 1e10, integer=True),
    Given("depth", 6, "", "D", "Depth of its trees, max_depth", 1, 16, DEFAULT, integer=True),
    Given("max_bin", 256, "", "B", "Bins of a feature, max_bin", 2, 16384, DEFAULT, integer=True),
    Given("width", (4, 8, 1), "B", r"b_{<store>}", "Bytes of an entry: <store>",
          (1, 5, 1), (8, 16, 4), over="store",
          note="a sorted column holds a row number beside the value; one byte counts the default "
          "number of bins"),
    Given("pair_width", 16, "B", r"b_\mathrm{pair}",
          "Bytes of a bin's sums, gradient and hessian", 8, 32, note="a float64 each"),
    Given("memory_rate", 20, "GB/s", r"\beta_\mathrm{mem}", "Memory bandwidth of the machine", 1,
          5000),
)
SKETCH = (
    Given("sketch_factor", 8, "", "f", "How much finer than the bins the sketch resolves", 2, 64,
          FINER, integer=True),
    Given("sketch_entry", 16, "B", r"b_\mathrm{sketch}",
          "Bytes of a sketch's entry: value, rank bounds, weight", 4, 64, note="a float32 each"),
)
PROMISE = Given("promise", 30, "", r"\tau", "Minutes promised; longer is late", 1, 500, places=1)
CLUSTER = (
    Given("workers", 4, "", "W", "Workers that share the rows", 2, 1024, integer=True),
    Given("trees", 100, "", "T", "Trees of the model", 2, 100000, integer=True),
    Given("network", 1.25, "GB/s", r"\beta_\mathrm{net}", "Network rate of a worker, one-way",
          0.01, 400, places=2),
)
LIGHTGBM = (
    Given("num_leaves", 31, "", r"\Lambda", "LightGBM's limit of leaves, num_leaves", 2, 131072,
          GOSS, integer=True),
    # What is drawn must be left over: together at most all rows.
    Given("top_rate", 0.2, "", "a", "Share of rows with large gradients kept by GOSS", 0.01, 0.5,
          GOSS, places=2),
    Given("other_rate", 0.1, "", "b", "Share of rows drawn from the others by GOSS", 0.01, 0.5,
          GOSS, places=2),
)
# fmt: on
