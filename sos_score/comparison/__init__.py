"""Comparisons of sites, arms and waves."""
