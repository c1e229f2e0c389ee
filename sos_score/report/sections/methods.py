"""How a report's numbers came about: methods with references, and provenance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from sos_score.comparison.finding import Measure
from sos_score.comparison.judging import Comparison
from sos_score.definition.study.model import Plan
from sos_score.output.table import Column, Table
from sos_score.report.model import Block, ReportData
from sos_score.report.sections.put_back import describe_handover
from sos_score.version import __version__
from sos_score.words import join

_SMALLEST = {"g": "standard deviations", "raw": "points of the scale", "T": "T points"}
_ADJUSTED = {"holm": "Holm's method", "bonferroni": "Bonferroni's method", "bh": "the method of Benjamini and Hochberg"}
_REFERENCES = {
    "views": "Bland, J. M., & Altman, D. G. (1986). Statistical methods for assessing agreement between two methods of"
    " clinical measurement. Lancet, 327, 307-310.",
    "bh": "Benjamini, Y., & Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal Statistical"
    " Society B, 57, 289-300.",
    "alpha": "Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika, 16,"
    " 297-334.",
    "profiles": "Cronbach, L. J., & Gleser, G. C. (1953). Assessing similarity between profiles. Psychological"
    " Bulletin, 50, 456-473.",
    "pooled": "Barnard, J., & Rubin, D. B. (1999). Small-sample degrees of freedom with multiple imputation."
    " Biometrika, 86, 948-955.",
    "invariance": "Cheung, G. W., & Rensvold, R. B. (2002). Evaluating goodness-of-fit indexes for testing measurement"
    " invariance. Structural Equation Modeling, 9, 233-255.",
    "imputation": "Van Buuren, S., & Groothuis-Oudshoorn, K. (2011). mice: Multivariate imputation by chained equations"
    " in R. Journal of Statistical Software, 45(3), 1-67.",
    "error": "De Vet, H. C. W., Terwee, C. B., Knol, D. L., & Bouter, L. M. (2006). When to use agreement versus"
    " reliability measures. Journal of Clinical Epidemiology, 59, 1033-1039.",
    "overlap": "Derrick, B., Russ, B., Toher, D., & White, P. (2017). Test statistics for the comparison of means for"
    " two samples that include both paired and independent observations. Journal of Modern Applied Statistical"
    " Methods, 16(1), 137-157.",
    "feldt": "Feldt, L. S., Woodruff, D. J., & Salih, F. A. (1987). Statistical inference for coefficient alpha."
    " Applied Psychological Measurement, 11(1), 93-103.",
    "along": "Feldt, L. S., & Qualls, A. L. (1996). Estimation of measurement error variance at specific score levels."
    " Journal of Educational Measurement, 33(2), 141-156.",
    "expected": "Ferguson, R. J., Robinson, A. B., & Splaine, M. (2002). Use of the reliable change index to evaluate"
    " clinical significance in SF-36 outcomes. Quality of Life Research, 11, 509-516.",
    "g": "Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related estimators."
    " Journal of Educational Statistics, 6(2), 107-128.",
    "holm": "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of"
    " Statistics, 6, 65-70.",
    "rwg": "James, L. R., Demaree, R. G., & Wolf, G. (1984). Estimating within-group interrater reliability with and"
    " without response bias. Journal of Applied Psychology, 69(1), 85-98.",
    "tost": "Lakens, D. (2017). Equivalence tests: A practical primer for t tests, correlations, and meta-analyses."
    " Social Psychological and Personality Science, 8(4), 355-362.",
    "lin": "Lin, L. I. (1989). A concordance correlation coefficient to evaluate reproducibility. Biometrics, 45,"
    " 255-268.",
    "omega": "McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum.",
    "icc": "McGraw, K. O., & Wong, S. P. (1996). Forming inferences about some intraclass correlation coefficients."
    " Psychological Methods, 1, 30-46.",
    "cr2": "Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust variance estimation and"
    " hypothesis testing in fixed effects models. Journal of Business & Economic Statistics, 36(4), 672-683.",
    "boundary": "Self, S. G., & Liang, K.-Y. (1987). Asymptotic properties of maximum likelihood estimators and"
    " likelihood ratio tests under nonstandard conditions. Journal of the American Statistical Association, 82,"
    " 605-610.",
    "ordinal": "Zumbo, B. D., Gadermann, A. M., & Zeisser, C. (2007). Ordinal versions of coefficients alpha and theta"
    " for Likert rating scales. Journal of Modern Applied Statistical Methods, 6(1), 21-29.",
    "welch": "Welch, B. L. (1947). The generalization of Student's problem when several different population variances"
    " are involved. Biometrika, 34, 28-35.",
}
_WHOLE = {
    "agreement": ("Agreement in a team is rwg(j) (James et al., 1984).", ("rwg",)),
    "profiles": (
        "Profiles of T-scores are compared by elevation, scatter and shape (Cronbach & Gleser, 1953), with bootstrap"
        " intervals over people.",
        ("profiles",),
    ),
    "reliable": (
        "The error of scores along a scale is taken from how unevenly people with such scores answer its items (Feldt &"
        " Qualls, 1996); people who changed by more than error are counted beside the 5 of 100 that error alone takes"
        " beyond the limit (Ferguson et al., 2002).",
        ("along", "expected"),
    ),
    "variation": (
        "The variation of a score is divided by a mixed model (REML) with profile-likelihood intervals. Whether"
        " a variance is 0 is tested by a likelihood ratio, on a half-and-half mixture of chi-squares with 0 and 1"
        " degrees of freedom (Self & Liang, 1987); two levels are compared by a likelihood ratio against equal"
        " variances.",
        ("boundary",),
    ),
    "association": (
        "Declared pairs are correlated (Pearson) over the units of the level they were declared at; all pairs and waves"
        " are one family of tests.",
        (),
    ),
    "views": (
        "Two views of the same are compared by their mean difference and limits of agreement (Bland & Altman, 1986),"
        " ICC(A,1) (McGraw & Wong, 1996) and Lin's concordance (1989).",
        ("views", "icc", "lin"),
    ),
}


_SITES = (
    " Sites of the arms are compared by an exact permutation of the sites, for a difference and, shifted to each limit,"
    " for equivalence. It is judged only where its smallest p reaches the level of the test. The t interval beside it"
    " holds if site means are normal, and is never narrower than the answers in the sites allow."
)
_JUDGED = {
    "level": ("A site's mean is compared with the norm's by a one-sample t test.", ()),
    "change": (
        "Change in a site is tested with everyone who answered at either wave, by the t test for partially overlapping"
        " samples (Derrick et al., 2017).",
        ("overlap",),
    ),
    "arms": (f"Arms at a wave are compared by Welch's t test.{_SITES}", ("welch",)),
    "did": (
        "Whether the arms changed differently is the difference in differences, with errors clustered on the"
        " person (CR2; Pustejovsky & Tipton, 2018), and of sites by the same permutation of their changes.",
        ("cr2",),
    ),
}


def describe_methods(report: ReportData) -> Iterator[Block]:
    """Yield what was done, and the references of what was done and of the instruments."""
    comparison, plan = report.comparison, report.data.study.plan
    asked = {each.question for each in comparison.findings if each.is_judged}
    used = ["g", "tost"]
    family = plan.multiplicity.family
    over = "all outcomes" if family == "question" else f"one {family}"
    named = [f"{name} ({', '.join(members)})" for name, members in plan.multiplicity.families.items()]
    over += f", or over a family of the plan's own: {join(named)}" if named else ""
    yield Block("text", f"Tests are two-sided at {plan.alpha:g}. {_describe_judging(report)}")
    if plan.multiplicity.method in _ADJUSTED:
        yield Block("text", f"p values are adjusted by {_ADJUSTED[plan.multiplicity.method]} within a family: the"
                    f" judged tests of one question and unit, over {over}, those at the first of several waves"
                    f" apart{_describe_primary(plan)}. Verdicts hold after that.")  # fmt: skip
        used += [name for name in ("holm", "bh") if name == plan.multiplicity.method]
    for words, names in (_JUDGED[question] for question in _JUDGED if question in asked):
        yield Block("text", words)
        used += names
    if clustered := _describe_clusters(comparison):
        yield Block("text", clustered)
        used.append("cr2")
    if any(outcome.items is not None for outcome in comparison.outcomes):
        yield Block("text", "Reliability is Cronbach's alpha of complete rows with Feldt's interval (Feldt et al.,"
                    " 1987), beside McDonald's omega total and ordinal alpha (Zumbo et al., 2007). The smallest change"
                    " of one person beyond the error of measurement is after De Vet et al. (2006).")  # fmt: skip
        used += ["alpha", "feldt", "omega", "ordinal", "error"]
    for question in _list_whole(comparison):
        words, names = _WHOLE[question]
        yield Block("text", words)
        used += names
    norms = {norm.describe(): None for each in report.data.outcomes if each.is_planned for norm in each.norms}
    if norms:
        yield Block("list", tuple(norms))
    yield from describe_handover(report)
    if report.data.results.invariance:
        used.append("invariance")
    if report.data.results.imputation:
        used += ["imputation", "pooled"]
    yield Block("heading", "References")
    own = (ref for table in report.data.tables if table.instrument for ref in table.instrument.references)
    yield Block("list", tuple(sorted({*own, *(_REFERENCES[name] for name in used)})))


def _describe_clusters(comparison: Comparison) -> str:
    """Return how answers nested in workers are tested; empty where there are none."""
    nested = {(outcome.unit, outcome.nested_in): None for outcome in comparison.outcomes if outcome.nested_in}
    which = join([f"{unit} of one {level}" for unit, level in nested])
    return which and (
        f"The {which} are not independent: in place of these tests their means are compared by least squares with"
        " errors clustered on that level (CR2, Satterthwaite degrees of freedom; Pustejovsky & Tipton, 2018), and the"
        " other tests are labelled wrong unit."
    )


def _list_whole(comparison: Comparison) -> Iterator[str]:
    """Yield which questions of the whole study were asked, as keys of `_WHOLE`."""
    if any(each.effect.measure is Measure.RWG for each in comparison.findings):
        yield "agreement"
    if any(each.counts for each in comparison.ask("reliable")):
        yield "reliable"
    yield from (question for question in ("profiles", "variation") if comparison.ask(question))
    pairs = comparison.ask("association")
    if any(each.is_judged for each in pairs):
        yield "association"
    if any(each.effect.measure is Measure.ICC_A1 for each in pairs):
        yield "views"


def _describe_primary(plan: Plan) -> str:
    return f"; the primary outcomes ({', '.join(plan.primary)}) are a family of their own" if plan.primary else ""


def _describe_judging(report: ReportData) -> str:
    smallest = report.data.study.plan.smallest_effect
    effects = "effects are Hedges g (Hedges, 1981), with the interval that belongs to the test beside"
    if smallest is None:
        return f"The plan states no smallest effect that would matter, so nothing is called equivalent; {effects}."
    own = ", other for some scales" if smallest.scales else ""
    reason = f" ({smallest.reason})" if smallest.reason else ""
    return (
        f"The smallest effect that would matter is {smallest.value:g} {_SMALLEST[smallest.unit]}{reason}{own}."
        f" Equivalence is judged by two one-sided tests (Lakens, 2017); {effects}."
    )


def describe_provenance(report: ReportData) -> Iterator[Block]:
    """Yield every file the numbers come from, with its SHA-256, and what was left to defaults."""
    rows = tuple((each.kind, PurePath(each.path).name, each.sha256) for each in report.data.inputs)
    columns = (Column("kind"), Column("file"), Column("SHA-256"))
    yield Block("text", f"Made by sos-score {__version__}. The file {report.manifest} beside this page holds"
                " these sums and the findings; sos-score verify recomputes them.")  # fmt: skip
    yield Block("table", Table(columns, rows, "Inputs", stub=2))
    if report.data.defaults:
        yield Block("text", "Left to defaults by the study file:")
        yield Block("list", report.data.defaults)
    families = tuple(report.comparison.families.items())
    if families:
        yield Block("folded", Table((Column("family"), Column("tests")), families, "Families of tests"))
