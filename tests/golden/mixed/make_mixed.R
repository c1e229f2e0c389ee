# Makes the files of this folder again: see README.md.
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
for (part in c("check.R", "numbers.R", "simulate.R")) source(file.path(here, "..", part))
start(c(lme4 = "1.1-31", lmerTest = "3.1-3", pbkrtest = "0.5.2", psych = "2.2.9"))
suppressPackageStartupMessages(library(lmerTest))

h_lmer <- function(f) {
  v <- as.data.frame(lme4::VarCorr(f))
  variance <- setNames(v$vcov, v$grp)
  s <- coef(summary(f))
  fixed <- data.frame(estimate = s[, "Estimate"], se = s[, "Std. Error"], row.names = rownames(s))
  if ("df" %in% colnames(s)) {
    fixed$df_satt <- s[, "df"]; fixed$t <- s[, "t value"]; fixed$p_satt <- s[, "Pr(>|t|)"]
  }
  list(n = nobs(f), ngroups = as.list(lme4::ngrps(f)), variance = as.list(variance), total = sum(variance),
       proportion = as.list(variance / sum(variance)), fixef = fixed, REML_criterion = as.numeric(lme4::REMLcrit(f)),
       logLik = as.numeric(logLik(f)), singular = lme4::isSingular(f))
}

# Likelihood ratio of one random intercept, both models with the same fixed part fitted by the same criterion; below
# 1e-6 it is the optimizer's noise at the boundary and counts as 0. Formula: the p values.
h_lrt <- function(full, red) {
  l1 <- as.numeric(logLik(full)); l0 <- as.numeric(logLik(red))
  x <- 2 * (l1 - l0)
  if (x < 1e-6) x <- 0
  p <- pchisq(x, 1, lower.tail = FALSE)
  list(logLik_full = l1, logLik_reduced = l0, chisq = x, df = 1, p_chi2_1 = p, p_mixture_half = if (x <= 0) 1 else .5 * p)
}

h_anova <- function(a) {
  a <- as.data.frame(a)
  a$term <- rownames(a)
  rownames(a) <- NULL
  a
}

# An entry is its R call as text and what that text gives.
call_of <- function(code) c(list(call = code), value_or_error(eval(parse(text = code), globalenv())))
entries <- list()
add <- function(name, code) entries[[name]] <<- call_of(code)

# ------------------------------------------------------------------------------- families.csv, workers.csv, families.json
made <- simulate_families()
fam <- made$families[c("family", "worker", "site", "T1", "T2")]
fam$comp <- made$workers$comp[match(fam$worker, made$workers$worker)]
keep_csv("families.csv", fam)
per_worker <- aggregate(cbind(T1, T2) ~ worker, data = fam, FUN = mean, na.action = na.pass, na.rm = TRUE)
keep_csv("workers.csv", data.frame(made$workers[c("worker", "site", "comp")], per_worker[c("T1", "T2")]))

fam <- read.csv(committed("families.csv"))
a <- read.csv(committed("workers.csv"))
fam$compc <- fam$comp - mean(a$comp)
tight <- lme4::lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-11, maxfun = 1e5))
for (y in c("T1", "T2")) {
  both <- "(1 | site) + (1 | worker)"
  lmer <- function(random, reml, fixed = "1", package = "lme4")
    sprintf("%s::lmer(%s ~ %s + %s, data = fam, REML = %s, control = tight)", package, y, fixed, random, reml)
  full <- lmer(both, "TRUE")
  add(paste0("lmer/", y), sprintf("h_lmer(%s)", full))
  for (m in c("REML", "ML")) {
    reml <- if (m == "REML") "TRUE" else "FALSE"
    all <- lmer(both, reml)
    if (m == "ML") add(paste0("lmer_ML/", y), sprintf("{ f <- %s; v <- as.data.frame(lme4::VarCorr(f)); list(variance = as.list(setNames(v$vcov, v$grp)), logLik = as.numeric(logLik(f)), deviance = -2 * as.numeric(logLik(f))) }", all))
    add(sprintf("lrt_worker/%s/%s", m, y), sprintf("h_lrt(%s, %s)", all, lmer("(1 | site)", reml)))
    add(sprintf("lrt_site/%s/%s", m, y), sprintf("h_lrt(%s, %s)", all, lmer("(1 | worker)", reml)))
    add(sprintf("lrt_both/%s/%s", m, y), sprintf("{ f <- %s; l0 <- logLik(lm(%s ~ 1, data = fam), REML = %s); x <- 2 * as.numeric(logLik(f) - l0); list(logLik_full = as.numeric(logLik(f)), logLik_none = as.numeric(l0), chisq = x, df = 2, p_chi2_2 = pchisq(x, 2, lower.tail = FALSE)) }", all, y, reml))
  }
  add(paste0("icc/", y), sprintf("{ v <- as.data.frame(lme4::VarCorr(%s)); x <- setNames(v$vcov, v$grp); list(site = x[['site']] / sum(x), worker_vpc = x[['worker']] / sum(x), same_worker = (x[['site']] + x[['worker']]) / sum(x), residual = x[['Residual']] / sum(x)) }", full))
  add(paste0("ranova/", y), sprintf("h_anova(lmerTest::ranova(%s))", lmer(both, "TRUE", package = "lmerTest")))
  add(paste0("profile_ci/", y), sprintf("{ ci <- suppressWarnings(confint(%s, method = 'profile', oldNames = FALSE)); ci }", full))
  add(paste0("lmer_one_level/", y), sprintf("h_lmer(%s)", lmer("(1 | worker)", "TRUE")))
  add(paste0("pearson/", y), sprintf("h_cor(cor.test(a$comp, a$%s))", y))
  add(paste0("spearman/", y), sprintf("h_cor(cor.test(a$comp, a$%s, method = 'spearman', exact = FALSE))", y))
  add(paste0("spearman_default/", y), sprintf("h_cor(cor.test(a$comp, a$%s, method = 'spearman'))", y))
  add(paste0("pearson_family_level_naive/", y), sprintf("h_cor(cor.test(fam$comp, fam$%s))", y))
  add(paste0("slope/", y), sprintf("{ f <- %s; k <- coef(summary(f, ddf = 'Kenward-Roger')); c(h_lmer(f), list(kenward_roger = data.frame(estimate = k[, 1], se = k[, 2], df = k[, 3], t = k[, 4], p = k[, 5], row.names = rownames(k)))) }", sub("~ 1 \\+", "~ compc +", lmer(both, "TRUE", package = "lmerTest"))))
  add(paste0("blup/", y), sprintf("{ r <- lme4::ranef(%s); list(worker = as.list(setNames(r$worker[[1]], rownames(r$worker))), site = as.list(setNames(r$site[[1]], rownames(r$site)))) }", full))
}
add("slope_adjusted", "h_lmer(lmerTest::lmer(T2 ~ T1 + compc + (1 | site) + (1 | worker), data = fam, REML = TRUE, control = tight))")
keep_json("families.json", entries)

# ------------------------------------------------------------------------------- staff.csv, staff.json
scales <- c("PRO", "RIG", "RES", "ENG", "FUN", "STR")
keep_csv("staff.csv", simulate_sites()$scores[c("site", "group", "wave", "person", paste0(scales, "_T"))])
s <- read.csv(committed("staff.csv"))
s$treated <- as.integer(s$group == "treated")
s$post <- as.integer(s$wave == "T2")
entries <- list()
for (v in scales) {
  optimizer <- "lme4::lmerControl(optimizer = 'bobyqa', optCtrl = list(rhoend = 1e-11, maxfun = 1e5))"
  model <- "h_lmer(%s::lmer(%s_T ~ %s + (1 | site) + (1 | person), data = s, REML = TRUE, control = %s))"
  add(paste0("lmer_null_tight/", v), sprintf(model, "lme4", v, "1", optimizer))
  add(paste0("lmer_did/", v), sprintf(model, "lmerTest", v, "treated * post", optimizer))
  add(paste0("lmer_did_waves/", v), sprintf(model, "lmerTest", v, "treated * post + (1 | site:wave)", optimizer))
}
keep_json("staff.json", entries)

# ------------------------------------------------------------------------------- raters.csv, raters.json
sessions <- simulate_sessions()
likert <- sprintf("C%02d", 1:14)
one <- function(rater) {
  x <- sessions[sessions$rater == rater, ]
  out <- cbind(rowMeans(x[likert], na.rm = TRUE), x[c("C01", "C08", "C14")])
  setNames(out, paste0(c("total", "C01", "C08", "C14"), "_", rater))
}
wide <- cbind(session = 1:40, one("A"), one("B"))
keep_csv("raters.csv", wide[!is.na(wide$total_B), ])

A <- sessions[sessions$rater == "A", ]
B <- sessions[sessions$rater == "B", ]
entries <- list()
add("icc_total/aov", "{ it <- sprintf('C%02d', 1:14); X <- data.frame(A = rowMeans(A[it], na.rm = TRUE), B = rowMeans(B[it], na.rm = TRUE)); X[is.na(X)] <- NA; h_icc(psych::ICC(na.omit(X), lmer = FALSE)) }")
for (i in c("C01", "C08", "C14")) add(paste0("icc_item/", i), sprintf("h_icc(psych::ICC(na.omit(data.frame(A = A[['%s']], B = B[['%s']])), lmer = FALSE))", i, i))
add("icc_negative/aov", "h_icc(psych::ICC(data.frame(A = c(1, 2, 3, 4, 5), B = c(5, 4, 2, 2, 1)), lmer = FALSE))")
add("icc_zero_between", "h_icc(psych::ICC(data.frame(A = c(1, 2, 3, 4, 5), B = c(5, 4, 3, 2, 1)), lmer = FALSE))")
add("icc_no_judge_effect", "list(aov = h_icc(psych::ICC(data.frame(A = c(1, 2, 3, 4, 5, 6), B = c(2, 1, 3, 5, 4, 6)), lmer = FALSE)), lmer = h_icc(psych::ICC(data.frame(A = c(1, 2, 3, 4, 5, 6), B = c(2, 1, 3, 5, 4, 6)), lmer = TRUE)))")
keep_json("raters.json", entries)

# ------------------------------------------------------------------------------- edge.json
entries <- list()
add("test/cor_constant", "h_cor(cor.test(c(1, 2, 3, 4), c(2, 2, 2, 2)))")
add("test/cor_n3", "h_cor(cor.test(c(1, 2, 3), c(2, 1, 4)))")
add("test/cor_n2", "h_cor(cor.test(c(1, 2), c(2, 1)))")
add("test/cor_perfect", "h_cor(cor.test(c(1, 2, 3, 4), c(2, 4, 6, 8)))")
add("test/lmer_one_obs_per_worker", "h_lmer(lme4::lmer(y ~ 1 + (1 | g), data.frame(y = c(1, 2, 3, 4), g = 1:4)))")
add("test/lmer_one_site", "h_lmer(lme4::lmer(y ~ 1 + (1 | g), data.frame(y = c(1, 2, 3, 4), g = rep(1, 4))))")
add("test/lmer_zero_between", "h_lmer(lme4::lmer(y ~ 1 + (1 | g), data.frame(y = c(1, 5, 2, 4, 3, 3.2), g = rep(1:3, each = 2)), REML = TRUE))")
keep_json("edge.json", entries)

# A mixed model's optimizer stops where the deviance no longer falls, which leaves the last digits to the linear algebra
# at hand; the limits of a profile are interpolated besides. Sums of squares that are 0 in exact arithmetic, and what is
# divided by them, are rounding error.
finish(
  wider = c("^(families|staff|edge).json: (lmer|lrt|icc/|ranova|slope|blup|test/lmer)" = 1e-7, "^families.json: profile_ci" = 1e-5,
            "^staff.json: lmer_did_waves" = 1e-5, "^raters.json: icc_no_judge_effect/value/lmer" = 1e-7),
  noise = c("^raters.json: icc_zero_between/value/(MSB|table/F/|table/(ICC|ci_low|ci_high)/[46]$)",
            "^raters.json: icc_no_judge_effect/value/aov/MSJ$"))
