"""Answers on standard output, as one JSON list, the questions of a JSON list on standard input: [function, arguments]."""

import json
import sys
import warnings

import numpy as np
import pandas as pd
from scipy import integrate, optimize, special, stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.contingency_tables import mcnemar as mcnemar_test
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


def plain(value):
    """As JSON: NaN is null."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(inner) for inner in value]
    return None if np.isnan(value) else float(value)


print(json.dumps([plain(globals()[name](*arguments)) for name, arguments in json.load(sys.stdin)], allow_nan=False))
