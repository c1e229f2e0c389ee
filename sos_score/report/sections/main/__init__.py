"""The main part of a report: a first page, then a section for each question that evaluators ask."""
