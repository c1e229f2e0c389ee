# Makes the files of this folder again: see README.md.
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
for (part in c("check.R", "numbers.R", "simulate.R")) source(file.path(here, "..", part))
start(c(effectsize = "0.8.3", car = "3.1-1", emmeans = "1.8.4-1", sandwich = "3.0-2", lmtest = "0.9-40", clubSandwich = "0.5.8"))
suppressPackageStartupMessages(library(clubSandwich))

# The noncentralities under which t is the 97.5% and the 2.5% point. effectsize searches them with optim(), which stops
# early near t = 0.
noncentrality <- function(t, df) {
  limit <- function(p) uniroot(function(ncp) pt(t, df, ncp) - p, t + c(-1, 1) * (4 + abs(t)), extendInt = "yes", tol = 1e-13)$root
  suppressWarnings(c(limit(.975), limit(.025))) # pt() warns that its last digits may be off
}

# The standardized difference of effectsize, with the limits of the noncentrality of its t in the same units.
h_es <- function(e, t, df) {
  estimate <- as.data.frame(e)[[1]]
  limits <- noncentrality(t, df)
  list(estimate = estimate, ci_low = limits[1] * estimate / t, ci_high = limits[2] * estimate / t)
}
hedges_j <- function(df) exp(lgamma(df / 2) - log(sqrt(df / 2)) - lgamma((df - 1) / 2))

# Formula: Hedges' g with the limits that belong to a test of the same difference, from its difference, error and df.
h_g_test <- function(x, y, difference, se, df) {
  n <- length(x) + length(y) - 2
  sd <- sqrt(((length(x) - 1) * var(x) + (length(y) - 1) * var(y)) / n)
  limits <- noncentrality(difference / se, df)
  list(estimate = hedges_j(n) * difference / sd, ci_low = hedges_j(n) * limits[1] * se / sd,
       ci_high = hedges_j(n) * limits[2] * se / sd, t = difference / se, df = df)
}

# Formula: the partially overlapping samples t test of Derrick et al. (2017), T_new2; x and y by person, NA where absent.
h_overlap <- function(x, y) {
  both <- !is.na(x) & !is.na(y)
  a <- x[!is.na(x)]; b <- y[!is.na(y)]
  nx <- length(a); ny <- length(b); nc <- sum(both); alone <- nx + ny - 2 * nc
  vx <- var(a) / nx; vy <- var(b) / ny
  welch <- (vx + vy)^2 / (vx^2 / (nx - 1) + vy^2 / (ny - 1))
  list(x = a, y = b, difference = mean(a) - mean(b),
       se = sqrt(vx + vy - 2 * cor(x[both], y[both]) * nc * sqrt(vx * vy / (nx * ny))),
       df = (nc - 1) + (welch - nc + 1) * alone / (alone + 2 * nc))
}

# Formula: the large-sample interval of Hedges and Olkin (1985), with the exact and the approximate correction.
h_g_normal <- function(x, y) {
  x <- x[!is.na(x)]; y <- y[!is.na(y)]
  a <- length(x); b <- length(y); df <- a + b - 2
  d <- (mean(x) - mean(y)) / sqrt(((a - 1) * var(x) + (b - 1) * var(y)) / df)
  J <- hedges_j(df)
  approx <- 1 - 3 / (4 * df - 1)
  g <- J * d
  se <- sqrt((a + b) / (a * b) + g^2 / (2 * (a + b)))
  list(n1 = a, n2 = b, d = d, J_exact = J, J_approx = approx, g = g, g_approx = approx * d, se = se,
       ci_low = g - qnorm(.975) * se, ci_high = g + qnorm(.975) * se)
}

h_mwu <- function(x, y) {
  x <- x[!is.na(x)]; y <- y[!is.na(y)]
  quiet <- suppressWarnings
  with <- quiet(wilcox.test(x, y, exact = FALSE, correct = TRUE))
  without <- quiet(wilcox.test(x, y, exact = FALSE, correct = FALSE))
  default <- quiet(wilcox.test(x, y))
  ties <- anyDuplicated(c(x, y)) > 0
  u <- unname(with$statistic)
  biserial <- as.data.frame(effectsize::rank_biserial(x, y))
  n <- length(x) * length(y)
  list(n1 = length(x), n2 = length(y), U_x = u, U_min = min(u, n - u), ties = ties,
       p_normal_continuity = with$p.value, p_normal_nocorrection = without$p.value,
       p_exact_noties = if (ties) NA_real_ else wilcox.test(x, y, exact = TRUE)$p.value,
       p_R_default = default$p.value, R_default_method = default$method,
       rank_biserial = biserial[[1]], rb_ci_low = biserial$CI_low, rb_ci_high = biserial$CI_high, cles = u / n)
}

h_tost <- function(x, y, margin) {
  lower <- t.test(x, y, mu = -margin, alternative = "greater")
  upper <- t.test(x, y, mu = margin, alternative = "less")
  ci <- t.test(x, y, conf.level = .90)$conf.int
  p <- max(lower$p.value, upper$p.value)
  list(margin = margin, df = unname(lower$parameter), t_lower = unname(lower$statistic), p_lower = lower$p.value,
       t_upper = unname(upper$statistic), p_upper = upper$p.value, p_tost = p, ci90_low = ci[1], ci90_high = ci[2],
       equivalent_05 = p < .05)
}

h_oneway <- function(h) {
  force(h)
  list(F = unname(h$statistic), df1 = unname(h$parameter[1]), df2 = unname(h$parameter[2]), p = h$p.value)
}

h_lm <- function(f) {
  s <- coef(summary(f)); ci <- confint(f)
  list(n = nobs(f), df_resid = df.residual(f), r2 = summary(f)$r.squared, sigma = summary(f)$sigma,
       coef = data.frame(estimate = s[, 1], se = s[, 2], t = s[, 3], p = s[, 4], ci_low = ci[, 1], ci_high = ci[, 2],
                         row.names = rownames(s)))
}

h_anova <- function(a) {
  a <- as.data.frame(a)
  a$term <- rownames(a)
  rownames(a) <- NULL
  a
}

h_hc3 <- function(f) {
  m <- unclass(lmtest::coeftest(f, vcov. = sandwich::vcovHC(f, type = "HC3")))
  data.frame(estimate = m[, 1], se = m[, 2], t = m[, 3], p = m[, 4], row.names = rownames(m))
}

h_cr2 <- function(f, cluster) {
  t <- as.data.frame(coef_test(f, vcov = "CR2", cluster = cluster, test = "Satterthwaite"))
  ci <- as.data.frame(conf_int(f, vcov = "CR2", cluster = cluster, test = "Satterthwaite"))
  data.frame(estimate = t$beta, se = t$SE, t = t$tstat, df_satt = t[[grep("^df", names(t))[1]]],
             p = t[[grep("^p", names(t))[1]]], ci_low = ci$CI_L, ci_high = ci$CI_U, row.names = names(coef(f)))
}

# Every way of calling as many of the sites treated; changes within 1e-9 of the observed one count as equal.
h_permutation <- function(change, treated) {
  observed <- mean(change[treated == 1]) - mean(change[treated == 0])
  sets <- combn(length(change), sum(treated))
  st <- apply(sets, 2, function(i) mean(change[i]) - mean(change[-i]))
  list(site_change = as.list(change), observed = observed, n_assignments = ncol(sets),
       assignments = apply(sets, 2, function(i) paste(names(change)[i], collapse = "+")), statistics = I(st),
       p_two_sided = mean(abs(st) >= abs(observed) - 1e-9), p_greater = mean(st >= observed - 1e-9),
       p_less = mean(st <= observed + 1e-9))
}

# The same with the treated sites shifted to each limit: two one-sided tests of the difference being as large as a margin.
h_permutation_tost <- function(change, treated, margin) {
  above <- h_permutation(change + margin * treated, treated)
  below <- h_permutation(change - margin * treated, treated)
  list(margin = margin, p_lower = above$p_greater, p_upper = below$p_less, p = max(above$p_greater, below$p_less))
}

# What the members of cells imply for a contrast of the cells' means.
h_members <- function(f, cluster, weights) {
  v <- as.matrix(vcovCR(f, cluster = cluster, type = "CR2"))
  stopifnot(all(names(coef(f)) == names(weights)))
  list(estimate = sum(weights * coef(f)), se = sqrt(drop(t(weights) %*% v %*% weights)))
}

# ------------------------------------------------------------------------------- sites.csv, sites.json
made <- simulate_sites()
scales <- names(made$keys)
scores <- made$scores[c("site", "group", "wave", "person", paste0(scales, "_T"))]
names(scores) <- c("site", "group", "wave", "person", scales)
keep_csv("sites.csv", scores)

s <- read.csv(committed("sites.csv"))
names(s)[match(scales, names(s))] <- paste0(scales, "_T")
s$treated <- as.integer(s$group == "treated")
s$post <- as.integer(s$wave == "T2")
s$fsite <- factor(s$site)
w <- merge(s[s$wave == "T1", ], s[s$wave == "T2", ], by = c("person", "site", "group", "treated", "fsite"), suffixes = c(".1", ".2"))
w <- w[order(w$site, w$person), ]

entries <- list()
add <- function(name, value) entries[[name]] <<- value
valid <- setNames(lapply(scales, function(v) sum(!is.na(s[[paste0(v, "_T")]]))), scales)
add("counts", list(rows = nrow(s), matched = nrow(w), missing_share = mean(is.na(made$answers[made$items])),
                   cell_n = as.list(table(paste0("site", s$site, "_", s$wave))), n_valid = valid))
for (v in scales) {
  score <- paste0(v, "_T")
  name <- function(kind, ...) paste(c(kind, v, ...), collapse = "/")
  of <- function(site, wave) s[[score]][s$site == site & s$wave == wave & !is.na(s[[score]])]
  before <- paste0(score, ".1"); after <- paste0(score, ".2")
  both <- w[complete.cases(w[c(before, after)]), ]
  a <- aggregate(s[[score]] ~ site + wave, data = s, FUN = function(x) c(length(x), mean(x), sd(x)))
  add(name("desc"), data.frame(site = a$site, wave = a$wave, n = a[[3]][, 1], mean = a[[3]][, 2], sd = a[[3]][, 3]))
  for (j in 1:4) {
    x <- of(j, "T2"); y <- of(j, "T1"); site <- paste0("site", j)
    p2 <- both[[after]][both$site == j]; p1 <- both[[before]][both$site == j]
    add(name("welch", site), h_t(t.test(x, y)))
    add(name("student", site), h_t(t.test(x, y, var.equal = TRUE)))
    add(name("paired", site), c(list(n = length(p1), r = cor(p2, p1), sd_diff = sd(p2 - p1)), h_t(t.test(p2, p1, paired = TRUE))))
    equal <- t.test(x, y, var.equal = TRUE); unequal <- t.test(x, y); pairs <- t.test(p2, p1, paired = TRUE)
    es <- function(e, h = equal) h_es(e, unname(h$statistic), unname(h$parameter))
    add(name("cohens_d", site), es(effectsize::cohens_d(x, y, pooled_sd = TRUE)))
    add(name("hedges_g", site), es(effectsize::hedges_g(x, y, pooled_sd = TRUE)))
    add(name("hedges_g_welch", site), h_g_test(x, y, mean(x) - mean(y), unequal$stderr, unname(unequal$parameter)))
    here <- s[s$site == j, c("person", "wave", score)]
    wide <- merge(here[here$wave == "T2", ], here[here$wave == "T1", ], by = "person", all = TRUE)
    o <- h_overlap(wide[[3]], wide[[5]])
    add(name("hedges_g_overlap", site), h_g_test(o$x, o$y, o$difference, o$se, o$df))
    add(name("hedges_g_normal", site), h_g_normal(x, y))
    add(name("paired_d", site), list(
      dz = es(effectsize::cohens_d(p2, p1, paired = TRUE), pairs), gz = es(effectsize::hedges_g(p2, p1, paired = TRUE), pairs),
      d_av = (mean(p2) - mean(p1)) / sqrt((var(p2) + var(p1)) / 2), # formula: these two
      d_rm = (mean(p2 - p1) / sd(p2 - p1)) * sqrt(2 * (1 - cor(p2, p1)))))
    add(name("mwu", site), h_mwu(x, y))
    add(name("tost", site), h_tost(x, y, 5))
  }
  for (wave in c("T1", "T2")) {
    one <- data.frame(y = s[[score]], fsite = s$fsite)[s$wave == wave, ]
    add(name("anova", wave), h_aov(aov(y ~ fsite, data = one)))
    add(name("welch_anova", wave), h_oneway(oneway.test(y ~ fsite, data = one, var.equal = FALSE)))
  }
  for (g in c("treated", "contrast")) {
    p <- both[both$group == g, ]
    add(name("paired_group", g), c(list(n = nrow(p)), h_t(t.test(p[[after]], p[[before]], paired = TRUE))))
  }
  f <- eval(substitute(lm(A ~ B + treated, data = w), list(A = as.name(after), B = as.name(before))))
  crossed <- eval(substitute(lm(A ~ B * treated, data = w), list(A = as.name(after), B = as.name(before))))
  two <- car::Anova(f, type = 2)
  add(name("ancova"), list(
    lm = h_lm(f), type2 = h_anova(two), type3 = h_anova(car::Anova(f, type = 3)),
    partial_eta2_treated = two["treated", 1] / (two["treated", 1] + two["Residuals", 1]),
    adjusted_means = as.data.frame(emmeans::emmeans(f, ~ treated, at = list(treated = 0:1))),
    covariate_mean = mean(model.frame(f)[[2]]), slopes_interaction_p = anova(f, crossed)[2, "Pr(>F)"]))
  known <- s[!is.na(s[[score]]), ]
  f <- eval(substitute(lm(Y ~ treated * post, data = known), list(Y = as.name(score))))
  se <- function(type) sqrt(diag(as.matrix(vcovCR(f, cluster = known$site, type = type))))
  add(name("did_classic"), h_lm(f))
  add(name("did_hc3"), h_hc3(f))
  add(name("did_cr2_site"), h_cr2(f, known$site))
  add(name("did_cr2_person"), h_cr2(f, known$person))
  add(name("did_cr1s_site"), list(se_CR0 = se("CR0"), se_CR1 = se("CR1"), se_CR1S = se("CR1S")))
  change <- vapply(1:4, function(j) mean(of(j, "T2")) - mean(of(j, "T1")), 0)
  add(name("permutation"), h_permutation(setNames(change, 1:4), c(1, 0, 0, 1)))
  add(name("permutation_tost"), h_permutation_tost(setNames(change, 1:4), c(1, 0, 0, 1), 5))
  known$cell <- factor(paste0(known$site, known$wave))
  of_sites <- c(1, -1, -1, 1) / 2
  f <- eval(substitute(lm(Y ~ 0 + cell, data = known), list(Y = as.name(score))))
  add(name("members_change"), h_members(f, known$person, setNames(c(rbind(-of_sites, of_sites)), names(coef(f)))))
  first <- known[known$wave == "T1", ]
  f <- eval(substitute(lm(Y ~ 0 + fsite, data = first), list(Y = as.name(score))))
  add(name("members_first"), h_members(f, seq_len(nrow(first)), setNames(of_sites, names(coef(f)))))
  p <- vapply(1:4, function(j) t.test(of(j, "T2"), of(j, "T1"))$p.value, 0)
  add(name("padjust_scale"), list(p = p, holm = p.adjust(p, "holm"), BH = p.adjust(p, "BH"), bonferroni = p.adjust(p, "bonferroni")))
}
all <- expand.grid(site = 1:4, scale = scales, stringsAsFactors = FALSE)
p <- unlist(lapply(scales, function(v) entries[[paste0("padjust_scale/", v)]]$p))
add("padjust_all24", data.frame(scale = all$scale, site = all$site, p = p, holm = p.adjust(p, "holm"), BH = p.adjust(p, "BH")))
add("mwu_noties/n9_n10", h_mwu(c(3.11, 4.02, 2.57, 5.93, 4.44, 6.18, 3.86, 5.21, 4.79),
                               c(2.31, 3.35, 1.94, 4.11, 2.78, 3.62, 5.02, 2.05, 3.97, 4.66)))
add("mwu_noties/n5_n6", h_mwu(c(3.1, 4.0, 2.5, 5.9, 4.4), c(2.3, 3.3, 1.9, 4.1, 2.7, 3.6)))
third <- 0.1 + 0.2
add("mwu_floatties", c(list(equal = third == 0.3), h_mwu(c(third, 1, 2, 3), c(.3, .5, 1.5, 2.5, 4))))
p <- c(.01, .02, NA, .03, .04)
add("padjust_with_na", list(p = p, holm = p.adjust(p, "holm"), BH = p.adjust(p, "BH")))
keep_json("sites.json", entries, "close")

# ------------------------------------------------------------------------------- families.json
# Families of workers: sites 1 and 4 treated; every test is CR2 clustered on the worker.
families <- simulate_families()$families
families$treated <- as.integer(families$site %in% c(1, 4))
long <- rbind(data.frame(families[c("family", "worker", "site", "treated")], post = 0, y = families$T1),
              data.frame(families[c("family", "worker", "site", "treated")], post = 1, y = families$T2))
long <- long[!is.na(long$y), ]
nested <- function(f, rows) h_cr2(lm(f, data = rows), rows$worker)
entries <- list(T1 = families$T1, T2 = families$T2, paired = h_t(t.test(families$T2, families$T1, paired = TRUE)))
for (w in 0:1) entries[[paste0("cr2_worker/arms/T", w + 1)]] <- nested(y ~ treated, long[long$post == w, ])
for (j in 1:4) entries[[paste0("cr2_worker/change/site", j)]] <- nested(y ~ post, long[long$site == j, ])
entries[["cr2_worker/did"]] <- nested(y ~ treated * post, long)
for (j in 1:4) entries[[paste0("cr2_worker/level/site", j)]] <- nested(y ~ 1, long[long$site == j & long$post == 0, ])
rows <- long[long$post == 0, ]
f <- lm(y ~ 0 + factor(site), data = rows)
entries[["members_worker/T1"]] <- h_members(f, rows$worker, setNames(c(1, -1, -1, 1) / 2, names(coef(f))))
keep_json("families.json", entries)

# ------------------------------------------------------------------------------- edge.json
same <- c(3, 3, 3); spread <- c(2, 3, 4)
alone <- data.frame(y = c(1, 2, 3, 4, 5, 6, 7), g = c("a", "a", "a", "b", "b", "b", "c"))
still <- data.frame(y = c(1, 2, 3, 4, 4, 4, 7, 8, 9), g = rep(c("a", "b", "c"), each = 3))
keep_json("edge.json", list(
  welch_constant = value_or_error(h_t(t.test(same, same))),
  welch_one_constant = value_or_error(h_t(t.test(same, spread))),
  welch_n1 = value_or_error(h_t(t.test(3, spread))),
  welch_n2 = value_or_error(h_t(t.test(c(3, 4), c(2, 5)))),
  student_n1 = value_or_error(h_t(t.test(3, spread, var.equal = TRUE))),
  paired_no_change = value_or_error(h_t(t.test(1:3, 1:3, paired = TRUE))),
  paired_same_change = value_or_error(h_t(t.test(2:4, 1:3, paired = TRUE))),
  paired_n1 = value_or_error(h_t(t.test(2, 1, paired = TRUE))),
  mwu_all_tied = value_or_error(h_mwu(same, same)),
  mwu_n1 = value_or_error(h_mwu(3, c(2, 4, 5))),
  mwu_separated = value_or_error(h_mwu(1:4, 5:8)),
  g_constant = value_or_error(effectsize::hedges_g(same, same)),
  g_n2 = list(value = h_g_test(c(3, 4), c(2, 5), 0, sqrt(2.5), 2)), # the pooled variance is 2.5, and 1/2 + 1/2 is 1
  g_one_constant = list(value = h_g_test(same, spread, 0, sqrt(.5 * 2 / 3), 4)),
  welch_anova_group_n1 = value_or_error(h_oneway(oneway.test(y ~ g, alone))),
  welch_anova_constant_group = value_or_error(h_oneway(oneway.test(y ~ g, still))),
  p_adjust_single = value_or_error(list(holm = p.adjust(.03, "holm"), BH = p.adjust(.03, "BH")))))

finish()
