"""Answers on standard output, as one JSON list, the questions of a JSON list on standard input: [function, arguments]."""

import json
import sys
import warnings

import numpy as np
import pandas as pd
from scipy import integrate, optimize, special, stats
from statsmodels.formula.api import ols
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.contingency_tables import mcnemar as mcnemar_test
from statsmodels.stats.meta_analysis import _fit_tau_mm
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import ttost_paired

warnings.filterwarnings("ignore")


NONCENTRAL_T = [
    *[(1, 1, 0.5), (2.5, 2, -1), (-1, 3, 2), (4, 9, 3), (30, 29, 25), (2, 200, 1.5)],
    *[(25, 4, 8), (25, 400, 20), (80, 1, 0), (1000, 2, 900), (-30, 9, -25)],
]


def distributions():
    return {
        "normal_cdf": stats.norm.cdf([-8, -1.2, 0, 1.96]),
        "normal_quantile": stats.norm.ppf([1e-9, 0.3, 0.975]),
        "student_cdf": [stats.t.cdf(t, df) for t, df in [(-300, 30), (-20, 9), (-1.3, 4), (0.7, 1), (2, 2)]],
        "student_quantile": [stats.t.ppf(p, df) for p, df in [(0.975, 1), (0.6, 3), (0.025, 4), (0.9995, 29)]],
        "f_survival": [stats.f.sf(f, a, b) for f, a, b in [(0.2, 1, 3), (3, 2, 7), (200, 4, 40)]],
        "chi_square_survival": [stats.chi2.sf(x, df) for x, df in [(0.1, 1), (3.84, 1), (80, 3), (1e-6, 400)]],
        "binomial_cdf": [stats.binom.cdf(k, n, 0.5) for k, n in [(0, 1), (3, 10), (40, 100), (4800, 10000), (5, 5)]],
        "noncentral_t_cdf": [
            stats.nct.cdf(t, df, nc)
            for t, df, nc in NONCENTRAL_T
        ],
    }


def describe(values):
    one = stats.describe(values)
    return [one.mean, np.std(values, ddof=1), stats.sem(values), np.median(values), *one.minmax]


def t_interval(values, confidence):
    return stats.t.interval(confidence, len(values) - 1, np.mean(values), stats.sem(values))


def bootstrap(values, confidence, statistic):
    found = stats.bootstrap(
        (values,), getattr(np, statistic), confidence_level=confidence, n_resamples=99999, rng=1, method="BCa"
    )
    return found.confidence_interval


def wilson(successes, trials, confidence):
    return proportion_confint(successes, trials, 1 - confidence, "wilson")


def paired_t(first, second, confidence):
    found = stats.ttest_rel(first, second)
    return [found.statistic, found.pvalue, *found.confidence_interval(confidence)]


def wilcoxon(differences):
    return stats.wilcoxon(differences)


def sign_flip(differences):
    found = stats.permutation_test(
        (np.array(differences),), np.mean, permutation_type="samples", n_resamples=np.inf, rng=1
    )
    return found.pvalue


def noncentral_interval(t, n, confidence):
    def effect(probability):
        return optimize.brentq(lambda nc: stats.nct.cdf(t, n - 1, nc) - probability, -60, 60, xtol=1e-12) / np.sqrt(n)

    return [effect((1 + confidence) / 2), effect((1 - confidence) / 2)]


def welch(first, second):
    found = stats.ttest_ind(first, second, equal_var=False)
    return [found.pvalue, *found.confidence_interval(0.95)]


def exchange(first, second):
    found = stats.permutation_test(
        (first, second), lambda a, b: np.mean(a) - np.mean(b), permutation_type="independent", n_resamples=np.inf
    )
    return found.pvalue


def far_quantiles(cases):
    return [stats.t.ppf(p, df) for p, df in cases]


def noncentral_f(cases):
    return [stats.ncf.cdf(f, a, b, nc) for f, a, b, nc in cases]


def omega_squared(rows, formula):
    table = anova_lm(ols(formula, pd.DataFrame(rows)).fit(), typ=2)
    noise = table.loc["Residual", "sum_sq"] / table.loc["Residual", "df"]
    terms = table.drop(index=["C(seed)"])
    total = terms["sum_sq"].sum() + noise
    return {
        term: max(0, (row["sum_sq"] - row["df"] * noise) / total)
        for term, row in terms.drop(index=["Residual"]).iterrows()
    }


def hedges(df):
    return special.gamma(df / 2) / np.sqrt(df / 2) / special.gamma((df - 1) / 2)


def holm(p_values):
    return multipletests(p_values, method="holm")[1]


def anova(rows, formula):
    table = anova_lm(ols(formula, pd.DataFrame(rows)).fit(), typ=2)
    return {term: [row["df"], row["sum_sq"], row["F"], row["PR(>F)"]] for term, row in table.iterrows()}


def mcnemar(table):
    exact = mcnemar_test(table, exact=True)
    approximate = mcnemar_test(table, exact=False, correction=True)
    return [exact.pvalue, approximate.statistic, approximate.pvalue]


def tost(first, second, margin):
    return ttost_paired(np.array(first), np.array(second), -margin, margin)[0]


def power(n, effect, alpha):
    return TTestPower().power(effect, n, alpha)


def seeds(effect, alpha, target):
    return TTestPower().solve_power(effect, alpha=alpha, power=target)


def equivalence_power(n, difference, deviation, margin, alpha):
    df, error = n - 1, deviation / np.sqrt(n)
    critical = stats.t.ppf(1 - alpha, df)

    def density(scale):
        inside = stats.norm.cdf((margin - difference) / error - critical * scale) - stats.norm.cdf(
            (-margin - difference) / error + critical * scale
        )
        return max(0, inside) * stats.chi.pdf(scale * np.sqrt(df), df) * np.sqrt(df)

    return integrate.quad(density, 0, margin / error / critical, epsabs=1e-13, epsrel=1e-12, limit=500)[0]


def r_squared(rows, formula):
    return ols(formula, pd.DataFrame(rows)).fit().rsquared


def corrected_t(differences, share, confidence):
    """scikit-learn's `compute_corrected_ttest` (its page on comparing models by grid search), two-sided."""
    n = len(differences)
    error = np.sqrt(np.var(differences, ddof=1) * (1 / n + share))
    center = np.mean(differences)
    return [*stats.t.interval(confidence, n - 1, center, error), 2 * stats.t.sf(abs(center) / error, n - 1)]


def variance_components(rows, sources, repeats, confidence):
    """Of each source: variance, ends of its standard deviation's interval, p; then of the rest."""
    table = anova_lm(ols("value ~ " + " + ".join(f"C({source})" for source in sources), pd.DataFrame(rows)).fit(), typ=2)
    noise, rest = table.loc["Residual", "sum_sq"], table.loc["Residual", "df"]
    tails = [(1 + confidence) / 2, (1 - confidence) / 2]

    def component(squares, df, f, p):
        ends = [
            max(0, squares * (1 - stats.f.ppf(tail, df, rest) / f) / (repeats * stats.chi2.ppf(tail, df))) for tail in tails
        ]
        return [max(0, (squares / df - noise / rest) / repeats), *np.sqrt(ends), p]

    own = [component(*table.loc[f"C({source})", ["sum_sq", "df", "F", "PR(>F)"]]) for source in sources]
    return [own, [noise / rest, *np.sqrt([noise / stats.chi2.ppf(tail, rest) for tail in tails])]]


def reml(rows, sources):
    """Variances by restricted maximum likelihood, of the sources as they come, and of the rest."""
    frame = pd.DataFrame(rows)
    parts = {source: f"0 + C({source})" for source in sources}
    fitted = MixedLM.from_formula("value ~ 1", frame, groups=np.ones(len(frame)), vc_formula=parts, re_formula="0").fit()
    names = fitted.model.exog_vc.names
    return [*[fitted.vcomp[names.index(source)] for source in sources], fitted.scale]


def quantiles():
    return [
        [stats.f.ppf(p, a, b) for p, a, b in [(0.025, 4, 8), (0.975, 4, 8), (0.975, 1, 3), (0.025, 30, 2), (0.5, 6, 24)]],
        [stats.chi2.ppf(p, df) for p, df in [(0.025, 1), (0.975, 1), (0.025, 8), (0.975, 24), (0.5, 3)]],
    ]


def fisher(first, of_first, second, of_second):
    return stats.fisher_exact([[first, of_first - first], [second, of_second - second]]).pvalue


def two_level(rows, confidence):
    """Two-way random effects of seeds and examples, by statsmodels' mean squares; rows are (seed, example, value)."""
    frame = pd.DataFrame(rows, columns=["seed", "example", "value"])
    table = anova_lm(ols("value ~ C(seed) + C(example)", frame).fit(), typ=2)
    seed, example, rest = (table["sum_sq"] / table["df"]).loc[["C(seed)", "C(example)", "Residual"]]
    df = table["df"]
    seed, example = max(seed, rest), max(example, rest)
    total = seed + example - rest
    freedom = total**2 / (
        seed**2 / df["C(seed)"] + example**2 / df["C(example)"] + rest**2 / df["Residual"]
    )
    return stats.t.interval(confidence, max(1, freedom), frame["value"].mean(), np.sqrt(total / len(frame)))


def friedman(scores):
    """Friedman's test, its average ranks (1 is the best: the greatest), and Iman and Davenport's p-value."""
    scores = np.array(scores)
    blocks, treatments = scores.shape
    found = stats.friedmanchisquare(*scores.T)
    ranks = stats.rankdata(-scores, axis=1).mean(axis=0)
    f = (blocks - 1) * found.statistic / (blocks * (treatments - 1) - found.statistic)
    return [found.statistic, found.pvalue, stats.f.sf(f, treatments - 1, (treatments - 1) * (blocks - 1)), *ranks]


def interquartile_mean(values):
    return stats.trim_mean(values, 0.25)


def stratified_bootstrap(strata):
    """The interquartile mean's percentile interval, each stratum drawn from itself."""
    rng = np.random.default_rng(1)
    draws = [
        stats.trim_mean(np.concatenate([rng.choice(values, len(values)) for values in strata]), 0.25)
        for _ in range(20000)
    ]
    return np.quantile(draws, [0.025, 0.975])


def between_groups(groups):
    """The variance between groups by the method of moments with equal weights, and Student's prediction interval."""
    means = np.array([np.mean(values) for values in groups])
    noise = np.array([np.var(values, ddof=1) / len(values) for values in groups])
    variance = max(0, _fit_tau_mm(means, noise, np.ones(len(means))))
    k = len(means)
    half = stats.t.ppf(0.975, k - 1) * np.std(means, ddof=1) * np.sqrt(1 + 1 / k)
    return [np.sqrt(variance), means.mean() - half, means.mean() + half]


def plain(value):
    """As JSON: NaN is null."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(inner) for inner in value]
    return None if np.isnan(value) else float(value)


print(json.dumps([plain(globals()[name](*arguments)) for name, arguments in json.load(sys.stdin)], allow_nan=False))
