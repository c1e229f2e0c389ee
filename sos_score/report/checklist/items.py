"""What two standards of reporting ask for, in short and in our words, and which facts of a study answer them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One item of a standard."""

    name: str  # its number and title
    asks: str  # what the standard asks for
    facts: tuple[str, ...] = ()  # names of the facts that answer it, as `facts.FACTS` holds them
    questions: tuple[str, ...] = ()  # what no study file says, for the author to answer
    see: tuple[str, ...] = ()  # items of TREND that the answer, or more of it, stands under


TREND = (
    Item(
        "1. Title and abstract",
        "How units were allocated, and who the study is about.",
        ("allocation", "sources"),
        ("Does the title or the abstract say how sites came to their arms?", "Is the abstract structured?"),
        ("12",),
    ),
    Item(
        "2. Background",
        "The scientific background and the reasons for the study; the theory behind the intervention.",
        (),
        ("Why was this study done?", "By what theory should the intervention work?"),
    ),
    Item(
        "3. Participants",
        "Who could take part, how people were recruited, and where the data were collected.",
        ("sites", "sources", "selection"),
        ("Who was eligible, among sites and among people?", "How, where and by whom were people asked to take part?"),
    ),
    Item(
        "4. Interventions",
        "What each arm received: content, delivery, who delivered it, where, how much and for how long.",
        ("sites",),
        (
            "What did each arm do, and what did the other arm do instead?",
            "Who delivered it, with what training, where, how often and for how long?",
            "How was it seen that it was delivered as intended?",
        ),
    ),
    Item(
        "5. Objectives",
        "The objectives and the hypotheses.",
        ("hypotheses",),
        ("Which hypotheses were stated before the data were looked at? Is there a registration?",),
    ),
    Item(
        "6. Outcomes",
        "Primary and secondary outcomes, how the data were collected, and what is known of the instruments.",
        ("outcomes", "instruments", "missing", "observers", "reliability"),
        (
            "How were the answers collected (paper, online, interview), and by whom?",
            "What is published on the validity of each instrument for people like these?",
        ),
    ),
    Item(
        "7. Sample size",
        "How the sample size was decided; interim analyses and stopping rules.",
        ("smallest", "limits"),
        ("How was the number of sites and people decided?", "Were the data looked at before all were in?"),
    ),
    Item(
        "8. Assignment",
        "What was assigned to an arm, by which method, and what was done against selection bias.",
        ("allocation",),
        ("Why did these sites work in this way? Was anything done to make the arms alike (matching, restriction)?",),
    ),
    Item(
        "9. Blinding",
        "Whether participants, those who delivered the intervention and those who assessed knew the arm.",
        ("observers",),
        ("Did those who answered know which arm they were in?",),
    ),
    Item(
        "10. Unit of analysis",
        "The smallest unit analysed, and how it was allowed for where that is not the unit assigned.",
        ("units",),
    ),
    Item(
        "11. Statistical methods",
        "The methods of each analysis, how missing data were treated, and the software.",
        ("methods", "missing", "software"),
        ("Which analyses were planned before the data were looked at?",),
    ),
    Item(
        "12. Participant flow",
        "How many took part at each stage, and departures from the plan.",
        ("flow", "links"),
        (
            "How many sites and people were approached, and how many said no?",
            "Why did people not answer again?",
            "Did the study depart from its plan?",
        ),
    ),
    Item(
        "13. Recruitment", "The dates of recruitment and follow-up.", ("waves",), ("What are the dates of each wave?",)
    ),
    Item(
        "14. Baseline data",
        "What people were like at the start, in each arm, and how those who were lost differ.",
        ("baseline",),
        (
            "What are the age, sex, ethnicity, role and experience of the people in each arm?",
            "How do the sites compare with the population the study is meant for?",
        ),
    ),
    Item(
        "15. Equivalence at baseline",
        "Whether the arms were alike at the start, and how differences were allowed for.",
        ("alike",),
        ("How were differences at the start allowed for?",),
    ),
    Item(
        "16. Numbers analysed",
        "How many each analysis rests on, and whether everyone was analysed in the arm they began in.",
        ("numbers", "data_notes"),
        ("Did anyone change arms, and where were they counted?",),
    ),
    Item(
        "17. Outcomes and estimation",
        "For each outcome, a result in each arm and an effect with its interval, null findings included.",
        ("results",),
    ),
    Item(
        "18. Further analyses",
        "Other analyses, and which of them were planned.",
        ("questions",),
        ("Which of these were planned, and which came after looking at the data?",),
    ),
    Item("19. Adverse events", "Every important adverse event or unintended effect.", (), ("Was anyone harmed?",)),
    Item(
        "20. Interpretation",
        "What the results mean, with bias, imprecise measures and many tests taken into account.",
        ("limits", "families"),
        (
            "How do the results bear on the hypotheses and on the theory?",
            "What else could explain them, and how well was the intervention delivered?",
        ),
    ),
    Item(
        "21. Generalisability",
        "To whom, and to where, the results may be carried over.",
        ("reach",),
        ("Which other sites are like these, and which are not?",),
    ),
    Item(
        "22. Overall evidence",
        "The results in the light of current evidence and theory.",
        (),
        ("What do other studies find, and what does this one add?",),
    ),
)

JARS = (
    Item(
        "Title",
        "The main variables, how they are related, and the population.",
        (),
        ("Does the title name both?",),
        ("1",),
    ),
    Item(
        "Author note",
        "Registration, earlier use of the data, funding, interests, and whom to write to.",
        (),
        ("Who paid? Does any author train, sell or certify the framework?", "Where else have these data been used?"),
    ),
    Item(
        "Abstract",
        "Objectives, participants, method, findings with effect sizes and intervals, and conclusions.",
        (),
        ("Does the abstract give at least one effect with its interval?",),
        ("1", "17"),
    ),
    Item("Problem", "Why the problem matters.", (), ("Why does it matter, in theory and in practice?",), ("2",)),
    Item(
        "Review of relevant scholarship",
        "Earlier work, and how this report differs from earlier ones on the same study.",
        (),
        ("Which earlier work does this build on?",),
        ("2",),
    ),
    Item("Hypotheses, aims and objectives", "Primary, secondary and other planned analyses.", (), (), ("5",)),
    Item("Inclusion and exclusion", "The criteria.", (), ("Who was left out, and by which rule?",), ("3",)),
    Item("Participant characteristics", "Demographic and other characteristics.", (), (), ("14",)),
    Item(
        "Sampling procedures",
        "How people were chosen, the share who took part, settings, payments and ethical approval.",
        (),
        (
            "What share of those approached took part?",
            "Was anyone paid?",
            "Which body approved the study, and how was consent given?",
        ),
        ("3", "12"),
    ),
    Item(
        "Sample size, power and precision",
        "The intended and the actual size, and how it was decided.",
        (),
        (),
        ("7", "12"),
    ),
    Item(
        "Measures and covariates",
        "Every measure, with those collected and not reported here.",
        (),
        ("Was anything else measured that this report leaves out?",),
        ("6",),
    ),
    Item("Data collection", "How the data were collected.", (), (), ("6",)),
    Item(
        "Quality of measurements",
        "Training of data collectors, and repeated observations.",
        ("observers",),
        ("How were observers trained, and how were their ratings checked?",),
    ),
    Item("Instrumentation", "The instruments in enough detail to use them again.", ("rights",), (), ("6",)),
    Item("Masking", "Who knew the arm.", (), (), ("9",)),
    Item(
        "Psychometrics",
        "Reliability of the scores analysed here, and what is known of their validity.",
        (),
        ("Which evidence of validity is there for people like these?",),
        ("6",),
    ),
    Item(
        "Conditions and design",
        "Whether conditions were manipulated or observed, and the kind of design.",
        ("allocation", "waves"),
        (),
        ("8",),
    ),
    Item(
        "Data diagnostics",
        "Exclusions after data collection, missing data, and problems found in the data.",
        ("files",),
        ("Were any people left out after the data were in, and by which rule?",),
        ("16",),
    ),
    Item(
        "Analytic strategy",
        "The strategy for each hypothesis, and how error rates were controlled.",
        (),
        (),
        ("11", "20"),
    ),
    Item("Participant flow", "Numbers at each stage, in each group.", (), (), ("12",)),
    Item("Recruitment", "The dates.", (), (), ("13",)),
    Item(
        "Statistics and data analysis",
        "Results of every test with its effect size and interval; missing data.",
        (),
        (),
        ("16", "17", "18"),
    ),
    Item(
        "Support of original hypotheses",
        "What was supported and what was not.",
        (),
        ("Which of the hypotheses do the results support?",),
    ),
    Item("Similarity of results", "How the results compare with earlier work.", (), (), ("22",)),
    Item("Interpretation", "Bias, imprecision, number of tests and other limits.", (), (), ("20",)),
    Item("Generalisability", "To which population, setting and time.", (), (), ("21",)),
    Item("Implications", "For research, programmes and policy.", (), ("What should be done, and by whom?",)),
)

SOURCES = (
    "TREND: Des Jarlais, D. C., Lyles, C., Crepaz, N., & the TREND Group (2004). Improving the reporting quality of"
    " nonrandomized evaluations of behavioral and public health interventions: The TREND statement. American Journal of"
    " Public Health, 94(3), 361-366.",
    "JARS-Quant, Table 1: Appelbaum, M., Cooper, H., Kline, R. B., Mayo-Wilson, E., Nezu, A. M., & Rao, S. M. (2018)."
    " Journal article reporting standards for quantitative research in psychology: The APA Publications and"
    " Communications Board task force report. American Psychologist, 73(1), 3-25.",
)
