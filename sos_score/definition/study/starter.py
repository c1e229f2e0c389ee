"""A commented study file to start from."""

from __future__ import annotations

from sos_score.definition.instrument.starter import Starter, make_id, quote


def make_study_starter(name: str) -> Starter:
    """Return a commented study file that has the right form as it stands."""
    return Starter(make_id(name), _TEMPLATE.format(id=make_id(name), title=quote(name)))


_TEMPLATE = """\
# A study: who was asked where and when, which file holds what, and what was planned. Paths are relative to this
# file. Put your own in place of what is here, then run
#   sos-score validate {id}.yaml
#   sos-score compare {id}.yaml
format: 1
id: {id}
title: {title}

# Two arms at most; the other arm is compared with the reference. Leave arms out to describe sites only.
arms: # by labels that make sense in a sentence: "2 Framework sites and 2 Usual practice sites"
  treated: {{label: Framework}}
  contrast: {{label: Usual practice, reference: true}}

# Sites by the value they have in the data.
sites:
  1: {{label: Site 1, arm: treated}}
  2: {{label: Site 2, arm: contrast}}

# Waves in order, by the value they have in the data: a list, or a mapping to labels.
waves: {{T1: Before, T2: After}}

# How sites came to their arms (randomised, matched or chosen), who observed and who selected the cases: what limits
# the study. It is printed with every finding on arms; not stated, the sites are taken to have chosen.
# design:
#   allocation: chosen
#   observed_by: researchers who knew the arms
#   cases_selected_by: the workers themselves

sources:
  alliance:
    label: Alliance, families' view
    files: [families_t1.csv, families_t2.csv]   # one file or several
    instrument: wai-sr                          # an id from sos-score list, or your own definition beside this file
    # columns: columns.yaml         # a column map: one for all files, or a list with one for each
    answered_by: family             # staff, family (or client), worker or observer
    # unit: interviews              # what one answer sheet stands for, where staff, families or ratings is wrong
    # What the id columns stand for, where they have other names. Person is whoever is linked across waves:
    # the respondent unless you say otherwise, or where there is none the target.
    # ids: {{person: respondent, site: team, wave: time, worker: key_worker}}
    # where: {{language: [English]}}  # the rows to use, by an id column
    # min_answered: 2/3             # in place of the definition's own missing rule
    # on_invalid: missing           # answers that are not allowed: error (default) or missing
    # header_row: 3                 # the row that names the columns, below a title

# What belongs to what, where exports do not say: a CSV with a column for each level, the lowest first.
# links: families.csv               # family,worker,site

# Norms or reference samples for T-scores.
# norms: norms.yaml

# Levels that scores are nested in, the highest first, where the data or the links say which worker or family an answer
# belongs to; a source uses those that it has.
# levels: [site, worker, family]

# Scores said in advance to go together, and the level whose means are paired.
# pairs:
#   competence_and_alliance: {{x: competence.clinical_skill, y: alliance.total, level: worker}}
#   both_views: {{x: alliance.total, y: alliance_worker.total, level: family, kind: agreement}}

# What was decided before the data were looked at.
plan:
  alpha: 0.05
  # The smallest effect that would matter: in g (standard deviations), raw (points of the scale) or T. Without it
  # nothing is called equivalent. Say why that much.
  smallest_effect:
    value: 0.25
    unit: g
    reason: what the What Works Clearinghouse calls substantively important
    # scales: {{alliance.total: {{value: 0.3, unit: raw}}}}
  # Tests of one question are adjusted together: those of a source, of a scale, or all of the question.
  multiplicity: {{method: holm, family: source}}   # holm, bonferroni, bh or none
  # The sources, or scales of sources, that count; all unless you say.
  # outcomes: [alliance.total]
  # Of these, what the study was made for: a family of tests of its own.
  # primary: [alliance.total]
  seed: 1

# Results of fewer people than this are not shown.
privacy: {{smallest_cell: 5}}

# Findings of `sos-score check` that you have looked at and leave as they are.
# checks:
#   accepted:
#     - {{found: straight_lines, source: alliance, at_most: 2, reason: Both were asked again}}
"""
