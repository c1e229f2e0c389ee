"""Error of measurement along a scale, and how many change reliably by error alone: R, Lord's formula, by hand."""

import csv

import numpy as np
import pytest
from support import ROOT

from sos_score.psychometrics.internal_consistency.alpha import cronbach_alpha
from sos_score.psychometrics.internal_consistency.error import measurement_error, person_error_variances
from sos_score.psychometrics.retest.stability import count_by_error

ANSWERS = ROOT / "tests" / "psychometrics" / "conditional_error.csv"
# residuals of lm(answer ~ person + item), R 4.2.2; SD^2 (1 - psych::alpha), psych 2.2.9: conditional_error.R
MEAN_VARIANCE = 0.135014245014
BY_THIRD = (0.292888162587, 0.392424188853, 0.342574270614)


@pytest.fixture(scope="module")
def answers():
    rows = list(csv.reader(ANSWERS.read_text(encoding="utf-8").splitlines()))
    return np.array(rows[1:], dtype=float)


def test_error_along_the_scale_is_that_of_residuals_in_r(answers):
    variances = person_error_variances(answers)
    third = np.digitize(answers.mean(axis=1) + 1e-9, [1 + 4 / 3, 1 + 8 / 3])
    assert variances.mean() == pytest.approx(MEAN_VARIANCE, abs=1e-10)
    assert [float(np.sqrt(variances[third == part].mean())) for part in range(3)] == pytest.approx(BY_THIRD, abs=1e-10)


def test_the_mean_error_variance_is_that_of_alpha(answers):
    alpha = cronbach_alpha(np.cov(answers, rowvar=False))
    sem = measurement_error(float(answers.mean(axis=1).std(ddof=1)), alpha).sem
    assert person_error_variances(answers).mean() == pytest.approx(sem**2)


def test_items_of_equal_difficulty_with_two_answers_have_lords_binomial_error():
    # each of 10 people with x of 5 right, arranged so that every item is answered rightly by half of the people
    right = [set(range(start, start + x)) for x in range(1, 5) for start in range(5)]
    answers = np.array([[float((item % 5) in {each % 5 for each in row}) for item in range(5)] for row in right])
    assert np.ptp(answers.mean(axis=0)) == 0
    x, people = answers.sum(axis=1), len(answers)
    lord = x * (5 - x) / 4  # Lord (1955), of the number right
    assert 25 * person_error_variances(answers) * (people - 1) / people == pytest.approx(lord)


# qbinom(0.95, n, 0.05), qbinom(1 - 0.05 / 4, n, 0.05), R 4.2.2
@pytest.mark.parametrize(("n", "most", "most_of_four"), [(8, 2, 2), (20, 3, 4), (40, 4, 6), (74, 7, 8)])
def test_the_most_by_error_alone_is_rs_binomial_quantile(n, most, most_of_four):
    assert count_by_error(n) == (pytest.approx(0.05 * n), most)
    assert count_by_error(n, 0.05 / 4)[1] == most_of_four


def test_of_nobody_none_is_expected():
    assert count_by_error(0) == (0.0, 0)
