# Makes the files of this folder again: see README.md.
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
for (part in c("check.R", "numbers.R", "simulate.R")) source(file.path(here, "..", part))
start(c(psych = "2.2.9", multilevel = "2.7", lavaan = "0.6-14", semTools = "0.5-6", vcd = "1.4-11"))
suppressPackageStartupMessages({ library(psych); library(multilevel) })

signs <- function(key) ifelse(grepl("^-", key), -1, 1)
items_of <- function(key) sub("^-", "", key)
reverse <- function(x, sign, ends) {
  for (j in which(sign < 0)) x[[j]] <- ends - x[[j]]
  x
}
alpha_of <- function(...) suppressMessages(suppressWarnings(psych::alpha(...)))
feldt <- function(a) list(low = as.numeric(a$feldt$lower.ci), high = as.numeric(a$feldt$upper.ci))

# Formula: Guttman's lambda-4 over every split into floor(k / 2) items and the others.
lambda4 <- function(C) {
  k <- ncol(C)
  max(apply(combn(k, k %/% 2), 2, function(i) 4 * sum(C[i, -i]) / sum(C)))
}

# Formula: standardized alpha, mean correlation and G6 of a correlation matrix.
standard <- function(R) {
  k <- ncol(R); s <- sum(R)
  list(std_alpha = k / (k - 1) * (1 - k / s), average_r = (s - k) / (k * (k - 1)), g6_cor = 1 - (k - sum(smc(R))) / s)
}

# One factor by maximum likelihood; omega from its loadings and error variances.
factor1 <- function(x) {
  model <- paste("F =~", paste(names(x), collapse = " + "))
  lavaan::cfa(model, data = x, std.lv = TRUE, estimator = "ML", missing = "listwise")
}
h_cfa <- function(f) {
  if (!lavaan::lavInspect(f, "converged")) return(NULL)
  e <- lavaan::lavInspect(f, "est")
  lambda <- e$lambda[, 1]
  theta <- diag(e$theta)
  list(n = lavaan::lavInspect(f, "nobs"), lambda = as.list(lambda), theta = as.list(theta),
       omega = sum(lambda)^2 / (sum(lambda)^2 + sum(theta)))
}

# ------------------------------------------------------------------------------- bfi.csv, bfi.json
keys <- list(agree = c("-A1", "A2", "A3", "A4", "A5"), conscientious = c("C1", "C2", "C3", "-C4", "-C5"),
             extraversion = c("-E1", "-E2", "E3", "E4", "E5"))
keep_csv("bfi.csv", psych::bfi[unlist(lapply(keys, items_of))])

d <- read.csv(committed("bfi.csv"))
entries <- list()
for (scale in names(keys)) {
  x <- d[items_of(keys[[scale]])]
  sign <- signs(keys[[scale]])
  turned <- reverse(x, sign, 7)
  complete <- alpha_of(na.omit(x), keys = sign)
  all <- alpha_of(x, keys = sign)
  items <- function(a) list(n = I(a$item.stats$n), r_drop = I(a$item.stats$r.drop), mean = I(a$item.stats$mean),
                            sd = I(a$item.stats$sd), alpha_drop = I(a$alpha.drop$raw_alpha))
  of_total <- list(alpha = complete$total$raw_alpha, std_alpha = complete$total$std.alpha,
                   g6_cor = complete$total$`G6(smc)`, average_r = complete$total$average_r)
  pairs <- standard(cor(turned, use = "pairwise"))
  C <- cov(turned, use = "pairwise")
  covariance <- splitHalf(turned, brute = TRUE, covar = TRUE, check.keys = FALSE)
  correlation <- splitHalf(turned, brute = TRUE, check.keys = FALSE)
  fit <- factor1(turned)
  entries[[scale]] <- list(
    keys = keys[[scale]],
    n = list(rows = nrow(x), complete = sum(complete.cases(x)), any_answer = sum(rowSums(!is.na(x)) > 0)),
    listwise = c(of_total, feldt(complete), items(complete), list(g6_drop = I(complete$alpha.drop$`G6(smc)`))),
    pairwise = c(list(alpha = all$total$raw_alpha, low_psych = feldt(all)$low, high_psych = feldt(all)$high), pairs, items(all),
                 list(lambda2 = covariance$lambda2, lambda6 = covariance$lambda6, lambda4 = lambda4(C),
                      lambda2_cov2cor = correlation$lambda2, lambda6_cov2cor = correlation$lambda6,
                      lambda4_cov2cor = lambda4(cov2cor(C)))),
    cfa = h_cfa(fit),
    semtools = unname(unlist(semTools::compRelSEM(fit, obs.var = FALSE))))
}
keep_json("bfi.json", entries, "open", 2)

# ------------------------------------------------------------------------------- edge.json
b <- data.frame(A = c(1, 2, 3, 4, 5, 3, 2, 4), B = c(2, 2, 3, 5, 4, 3, 1, 4), C = c(1, 3, 3, 4, 5, 2, 2, 5), D = c(2, 1, 4, 4, 5, 3, 3, 4))
sets <- list(
  constant_item = transform(b, D = 3),
  all_constant = data.frame(A = rep(3, 6), B = rep(3, 6), C = rep(3, 6)),
  two_items = b[c("A", "B")],
  one_item = b["A"],
  two_items_constant = data.frame(A = b$A, B = 4),
  negative_alpha = data.frame(A = c(1, 2, 3, 4, 5, 1), B = c(5, 4, 3, 2, 1, 4), C = c(1, 4, 2, 5, 3, 3)),
  unreversed_item = transform(b, D = 6 - D),
  all_missing_item = transform(b, D = NA),
  n2 = b[c(1, 4), ],
  n1 = b[1, ],
  n3 = b[c(1, 4, 7), ],
  perfect_identical = data.frame(A = b$A, B = b$A, C = b$A),
  perfect_scaled = data.frame(A = b$A, B = 2 * b$A, C = b$A + 1),
  no_overlap = data.frame(A = c(b$A[1:4], rep(NA, 4)), B = c(b$B[1:4], rep(NA, 4)), C = c(rep(NA, 4), b$C[5:8]), D = c(rep(NA, 4), b$D[5:8])),
  blank_row = rbind(b, rep(NA_real_, 4)),
  square_4x4 = b[1:4, ],
  zero_total_variance = data.frame(A = c(1, 2, 3, 4), B = c(4, 3, 2, 1)),
  binary = data.frame(A = c(1, 0, 1, 1, 0, 1, 0, 1), B = c(1, 0, 1, 0, 0, 1, 0, 1), C = c(1, 1, 1, 0, 0, 1, 0, 0)))
entries <- lapply(sets, function(x) {
  rownames(x) <- NULL
  C <- cov(x, use = "pairwise")
  k <- ncol(C)
  invisible(capture.output({
    a <- attempt(alpha_of(x, max = 5))
    split <- attempt(splitHalf(x, check.keys = FALSE))
    cfa <- attempt(h_cfa(factor1(x)))
  }))
  list(
    items = I(names(x)), data = lapply(seq_len(nrow(x)), function(i) I(as.numeric(x[i, ]))),
    formula = k / (k - 1) * (1 - sum(diag(C)) / sum(C)), # the textbook formula, no item left out
    psych = if (!is.null(a)) c(
      list(alpha = a$total$raw_alpha, std_alpha = a$total$std.alpha, average_r = a$total$average_r, g6_cor = a$total$`G6(smc)`),
      feldt(a), list(items = I(rownames(a$item.stats)), r_drop = I(a$item.stats$r.drop), alpha_drop = I(a$alpha.drop$raw_alpha))),
    split = if (!is.null(split)) list(
      lambda4_max_psych = split$maxrb, beta_min_psych = split$minrb, mean_r = split$meanr, alpha = split$alpha,
      lambda2 = split$lambda2, lambda6 = split$lambda6, average_r = split$av.r),
    cfa = cfa)
})
keep_json("edge.json", entries, "open")

# ------------------------------------------------------------------------------- sites.csv, sites.json
made <- simulate_sites()
keep_csv("sites.csv", made$answers[c("wave", made$items)])
d <- read.csv(committed("sites.csv"))
short <- function(a) list(raw_alpha = a$total$raw_alpha, feldt_lower = feldt(a)$low, feldt_upper = feldt(a)$high)
by_wave <- function(f) lapply(c(T1 = "T1", T2 = "T2"), f)
keep_json("sites.json", lapply(made$keys, function(key) {
  of <- function(wave) d[d$wave == wave, items_of(key)]
  list(
    keys = key,
    pairwise = by_wave(function(wave) {
      a <- alpha_of(of(wave), keys = signs(key), max = 5)
      total <- list(raw_alpha = a$total$raw_alpha, std_alpha = a$total$std.alpha, average_r = a$total$average_r, ase = a$total$ase)
      c(total, short(a)[2:3])
    }),
    listwise = by_wave(function(wave) {
      x <- na.omit(of(wave))
      c(list(n = nrow(x)), short(alpha_of(x, keys = signs(key), max = 5)))
    }),
    standard = by_wave(function(wave) standard(cor(reverse(of(wave), signs(key), 6), use = "pairwise"))[1:2]))
}), "open", 2)

# ------------------------------------------------------------------------------- families.csv, families_change.csv, families.json
made <- simulate_families()
keep_csv("families.csv", made$families[setdiff(names(made$families), c("worker", "site", "T1", "T2"))])
change <- made$families[c("T1", "T2")]
s_diff <- .62 * sqrt(1 - .86) * sqrt(2) # alpha .86, SD .62
change$rci <- (change$T2 - change$T1) / s_diff
change$class <- ifelse(change$rci > 1.96, "improved", ifelse(change$rci < -1.96, "deteriorated", "unchanged"))
keep_csv("families_change.csv", change)

d <- read.csv(committed("families.csv"))
change <- read.csv(committed("families_change.csv"))
cutoff <- (.55 * 2.9 + .62 * 3.9) / (.55 + .62) # norms: mean 3.9, SD .55; cases: mean 2.9, SD .62
r <- change$rci
count <- function(x) sum(x, na.rm = TRUE)
keep_json("families.json", list(
  alpha = by_wave(function(wave)
    short(alpha_of(d[paste0(items_of(made$keys$family), "_", wave)], keys = signs(made$keys$family), max = 5))),
  rci = list(sem = .62 * sqrt(1 - .86), s_diff = s_diff, critical_change = 1.96 * s_diff, cutoff_c = cutoff,
             n = count(!is.na(r)), improved = count(r > 1.96), unchanged = count(abs(r) <= 1.96), deteriorated = count(r < -1.96),
             recovered = count(r > 1.96 & change$T1 < cutoff & change$T2 >= cutoff), mean_rci = mean(r, na.rm = TRUE))), "open", 2)

# ------------------------------------------------------------------------------- lq2002, bh1996_teams, teams_small, agreement.json
data(lq2002, bh1996, package = "multilevel", envir = environment())
leaders <- sprintf("LEAD%02d", 1:11)
keep_csv("lq2002.csv", lq2002[c("COMPID", leaders)])
teams <- split(bh1996$LEAD, bh1996$GRP)
keep_csv("bh1996_teams.csv", data.frame(variable = "LEAD", GRP = as.numeric(names(teams)), count = lengths(teams),
                                        mean = vapply(teams, mean, 0), var = vapply(teams, var, 0)))
keep_csv("teams_small.csv", data.frame( # agreement, polarisation, a pair, a single member, gaps, one complete row
  GRP = c(1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 5, 5, 5, 6, 6, 6),
  I1 = c(4, 4, 4, 4, 4, 1, 5, 1, 5, 3, 4, 5, 2, NA, 3, 4, 3, NA, NA),
  I2 = c(3, 3, 3, 3, 3, 1, 5, 1, 5, 2, 4, 4, 2, 2, 3, 5, 3, 2, 2),
  I3 = c(5, 5, 5, 5, 5, 1, 5, 5, 1, 3, 3, 4, 1, 2, 3, NA, 4, 4, 4)))
lq <- read.csv(committed("lq2002.csv"))
small <- read.csv(committed("teams_small.csv"))
within <- function(items, team) list(rwg_j = rwg.j(items, team, ranvar = 2), rwg_j_lindell = rwg.j.lindell(items, team, ranvar = 2),
                                     ad_m = ad.m(items, team))
fit <- aov(LEAD ~ as.factor(GRP), data = bh1996)
sizes <- as.numeric(table(bh1996$GRP))
n0 <- (sum(sizes) - sum(sizes^2) / sum(sizes)) / (length(sizes) - 1) # formula: the ANOVA estimator with n0
ms <- summary(fit)[[1]][["Mean Sq"]]
of_lq <- within(lq[leaders], lq$COMPID)
keep_json("agreement.json", list(
  LEAD = list(aov = h_aov(fit), icc = list(ICC1 = ICC1(fit), ICC2 = ICC2(fit)),
              n0 = list(n0 = n0, mean_n = mean(sizes), ICC1_n0 = (ms[1] - ms[2]) / (ms[1] + (n0 - 1) * ms[2])),
              rwg = rwg(bh1996$LEAD, bh1996$GRP, ranvar = 2)$rwg, summary = NULL),
  lq2002 = c(of_lq, list(rwg_j_summary = list(
    rwg_j_mean = mean(of_lq$rwg_j$rwg.j), lindell_mean = mean(of_lq$rwg_j_lindell$rwg.lindell),
    ad_m_mean = mean(of_lq$ad_m$AD.M), ad_cutoff_A_over_6 = 5 / 6))),
  small = c(within(small[c("I1", "I2", "I3")], small$GRP), list(rwg_I2 = rwg(small$I2, small$GRP, ranvar = 2)))), "open", 2)

# ------------------------------------------------------------------------------- sessions.csv, raters.json
keep_csv("sessions.csv", simulate_sessions())
sessions <- read.csv(committed("sessions.csv"))
A <- sessions[sessions$rater == "A", -(1:2)]
B <- sessions[sessions$rater == "B", -(1:2)]
likert <- sprintf("C%02d", 1:14)
levels_of <- function(item) if (item %in% likert) 1:5 else 0:1
crossed <- function(a, b, levels) table(factor(a, levels), factor(b, levels))
agreeing <- function(L, power) 1 - (abs(outer(seq_len(L), seq_len(L), "-")) / (L - 1))^power

# Formula: Fleiss, Cohen and Everitt (1969), agreement weights w; equal to vcd::Kappa, which `against_vcd` holds it to.
fce <- function(tab, w = diag(nrow(tab))) {
  N <- sum(tab); p <- unclass(tab) / N
  r <- rowSums(p); s <- colSums(p)
  po <- sum(w * p); pe <- sum(w * outer(r, s))
  k <- (po - pe) / (1 - pe)
  wi <- as.vector(w %*% s); wj <- as.vector(t(w) %*% r)
  v <- (sum(p * (w * (1 - pe) - outer(wi, wj, "+") * (1 - po))^2) - (po * pe - 2 * pe + po)^2) / (N * (1 - pe)^4)
  se <- if (is.nan(v)) NaN else if (v < 1e-12) 0 else sqrt(v)
  list(n = N, kappa = k, se = se, ci_low = max(-1, k - qnorm(.975) * se), ci_high = min(1, k + qnorm(.975) * se), po = po, pe = pe)
}
icc <- function(x) h_icc(psych::ICC(x, lmer = FALSE))
totals <- data.frame(A = rowMeans(A[likert], na.rm = TRUE), B = rowMeans(B[likert], na.rm = TRUE))
totals[is.na(totals)] <- NA
sf <- data.frame(J1 = c(9, 6, 8, 7, 10, 6), J2 = c(2, 1, 4, 1, 5, 2), J3 = c(5, 3, 6, 2, 6, 4), J4 = c(8, 2, 8, 6, 9, 7))
iccs <- list("icc_sf/aov" = icc(sf), "icc_total/aov" = icc(na.omit(totals)))
for (i in c("C01", "C08", "C14")) iccs[[paste0("icc_item/", i)]] <- icc(na.omit(data.frame(A = A[[i]], B = B[[i]])))
iccs[["icc_negative/aov"]] <- icc(data.frame(A = 1:5, B = c(5, 4, 2, 2, 1)))
iccs[["icc_no_judge_effect"]] <- icc(data.frame(A = 1:6, B = c(2, 1, 3, 5, 4, 6)))

powers <- c(linear = 1, quadratic = 2)
t4 <- cbind(c(53, 11, 1, 0), c(5, 14, 6, 3), c(2, 5, 13, 9), c(0, 1, 7, 10))
kappas <- list()
for (weights in names(powers)) kappas[[paste0("kappa_4x4/fce_", weights)]] <- fce(t4, agreeing(4, powers[[weights]]))
for (a in 1:3) for (b in (a + 1):4) for (weights in names(powers))
  kappas[[sprintf("kappa_sf_fce/%s/J%d_J%d", weights, a, b)]] <- fce(crossed(sf[[a]], sf[[b]], 1:10), agreeing(10, powers[[weights]]))
kappas[["kappa_4x4/fce_unweighted"]] <- fce(t4)
agree <- list()
for (i in names(A)) {
  tab <- crossed(A[[i]], B[[i]], levels_of(i))
  kappas[[paste0("kappa_fce/unweighted/", i)]] <- fce(tab)
  for (weights in names(powers)) kappas[[sprintf("kappa_fce/%s/%s", weights, i)]] <- fce(tab, agreeing(nrow(tab), powers[[weights]]))
  agree[[i]] <- list(n = sum(tab), percent = sum(diag(tab)) / sum(tab), percent_within_1 = sum(tab[abs(row(tab) - col(tab)) <= 1]) / sum(tab))
}
vcd_kappa <- list(unweighted = vcd::Kappa(t4)$Unweighted, linear = vcd::Kappa(t4, weights = "Equal-Spacing")$Weighted,
                  quadratic = vcd::Kappa(t4, weights = "Fleiss-Cohen")$Weighted)
for (weights in names(vcd_kappa)) {
  mine <- unlist(kappas[[paste0("kappa_4x4/fce_", weights)]][c("kappa", "se")])
  stopifnot(all.equal(unname(mine), unname(vcd_kappa[[weights]][c("value", "ASE")]), tolerance = 1e-12))
}
stacked <- crossed(unlist(A[likert]), unlist(B[likert]), 1:5)
whole <- cohen.kappa(cbind(unlist(A[likert]), unlist(B[likert])), levels = 1:5)
each <- vapply(likert, function(i) cohen.kappa(cbind(A[[i]], B[[i]]), levels = 1:5)$weighted.kappa, 0)
keep_json("raters.json", list(
  icc = iccs, kappa = kappas, agree = agree,
  pooled = list(kappa = whole$kappa, quadratic = whole$weighted.kappa, linear = fce(stacked, agreeing(5, 1)),
                quadratic_fce = fce(stacked, agreeing(5, 2)), unweighted_fce = fce(stacked)),
  average = list(mean_quadratic = mean(each), min = min(each), max = max(each))), "open", 2)

# ------------------------------------------------------------------------------- clusters.json
# Within teams: psych::alpha and lavaan on the pooled within covariance of the 49 companies of lq2002.csv.
d <- read.csv(committed("lq2002.csv"))
leaders <- setdiff(names(d), "COMPID")
inside <- as.matrix(d[leaders]) - apply(as.matrix(d[leaders]), 2, function(x) ave(x, d$COMPID))
degrees <- nrow(d) - length(unique(d$COMPID))
W <- crossprod(inside) / degrees
fit <- lavaan::cfa(paste("F =~", paste(leaders, collapse = " + ")), sample.cov = W, sample.nobs = degrees + 1, std.lv = TRUE)
# Rows of the same people: the families of families.csv at two waves stacked. Formula: cluster-robust variance of alpha
# from its derivatives by the weight of each family, by central differences.
wide <- read.csv(committed("families.csv"))
items <- sprintf("F%02d", 1:12)
long <- rbind(setNames(wide[paste0(items, "_T1")], items), setNames(wide[paste0(items, "_T2")], items))
who <- rep(wide$family, 2)[complete.cases(long)]
long <- as.matrix(long[complete.cases(long), ])
weighted_alpha <- function(w) {
  C <- cov.wt(long, w / sum(w), method = "ML")$cov
  k <- ncol(C)
  k / (k - 1) * (1 - sum(diag(C)) / sum(C))
}
families <- unique(who)
step <- 1e-5
slopes <- vapply(families, function(f) {
  nudge <- step * (who == f)
  (weighted_alpha(1 + nudge) - weighted_alpha(1 - nudge)) / (2 * step)
}, 0)
G <- length(families)
alpha <- weighted_alpha(rep(1, nrow(long)))
half <- qt(.975, G - 1) * sqrt(G / (G - 1) * sum(slopes^2)) / (1 - alpha)
keep_json("clusters.json", list(
  within = list(degrees = degrees, alpha = alpha_of(W)$total$raw_alpha, omega = h_cfa(fit)$omega),
  people = list(n = nrow(long), people = G, alpha = alpha, low = 1 - (1 - alpha) * exp(half), high = 1 - (1 - alpha) * exp(-half))),
  "open", 2)

# ------------------------------------------------------------------------------- severity.json
# Three raters of ten targets with gaps, and the 6 x 4 table of Shrout & Fleiss: rater effects that add up to 0.
severity <- function(x) {
  long <- data.frame(y = unlist(x), target = factor(rep(seq_len(nrow(x)), ncol(x))), rater = factor(rep(names(x), each = nrow(x)), names(x)))
  rated <- table(long$target[!is.na(long$y)])
  long <- subset(long, !is.na(y) & target %in% names(rated)[rated > 1])
  fit <- lm(y ~ target + rater, droplevels(long), contrasts = list(rater = "contr.sum"))
  C <- rbind(diag(ncol(x) - 1), -1)
  at <- grep("^rater", names(coef(fit)))
  effect <- as.vector(C %*% coef(fit)[at])
  error <- sqrt(diag(C %*% vcov(fit)[at, at] %*% t(C)))
  half <- qt(.975, fit$df.residual) * error
  list(n = I(as.vector(table(long$rater))), difference = I(effect), low = I(effect - half), high = I(effect + half),
       p = I(2 * pt(-abs(effect / error), fit$df.residual)))
}
gaps <- data.frame(A = c(2, 4, NA, 6, 5, 3, 7, NA, 4, 2), B = c(3, 5, 6, NA, 5, 4, 9, 2, NA, NA), C = c(1, NA, 4, 5, 4, NA, 7, 1, 3, NA))
keep_json("severity.json", list(gaps = c(list(ratings = lapply(gaps, I)), severity(gaps)), shrout_fleiss = severity(as.data.frame(sf))),
          "open", 2)

# ------------------------------------------------------------------------------- correlation.json
test <- function(x, y) attempt(h_cor(cor.test(x, y)))
keep_json("correlation.json", list(cor_constant = test(1:4, c(2, 2, 2, 2)), cor_n3 = test(1:3, c(2, 1, 4)),
                                   cor_n2 = test(1:2, 2:1), cor_perfect = test(1:4, c(2, 4, 6, 8))), "open")

# lavaan stops at a small gradient, which leaves the seventh digit of a Heywood case to the linear algebra at hand. Sums of
# squares that are 0 in exact arithmetic, and what is divided by a variance of 0, are rounding error.
finish(
  wider = c("^(bfi|edge).json: .*/(cfa/|semtools$)" = 1e-5, "^clusters.json: (within/omega|people/)" = 1e-5),
  noise = c("^raters.json: icc/icc_no_judge_effect/MSJ$", "^edge.json: zero_total_variance/psych/(std_alpha|g6_cor)$",
            "^edge.json: zero_total_variance/split/(lambda4_max_psych|beta_min_psych|mean_r|alpha|lambda6)$"))
