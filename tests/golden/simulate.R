# The simulated answers, and the scores they have. All is invented: scale names, norms, people.

seed <- function(k) set.seed(k, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
clip <- function(x, low, high) pmin(high, pmax(low, round(x)))

# Mean of the answered items, reversed ones as low + high - x, where at least `share` of a scale is answered; with
# norms also T = 50 + 10 (mean - norm mean) / norm sd. Columns: <scale>_n, <scale>, <scale>_T.
score_scales <- function(d, keys, low = 1, high = 5, share = .8, norms = NULL, suffix = "") {
  out <- list()
  for (s in names(keys)) {
    x <- as.matrix(d[paste0(sub("^-", "", keys[[s]]), suffix)])
    reversed <- grepl("^-", keys[[s]])
    x[, reversed] <- low + high - x[, reversed]
    answered <- rowSums(!is.na(x))
    score <- rowMeans(x, na.rm = TRUE)
    score[answered < ceiling(share * length(reversed) - 1e-9) | is.nan(score)] <- NA
    out[[paste0(s, "_n")]] <- answered
    out[[s]] <- score
    if (!is.null(norms)) out[[paste0(s, "_T")]] <- 50 + 10 * (score - norms[[s]][1]) / norms[[s]][2]
  }
  as.data.frame(out)
}

# Six scales, 105 items, four sites at two waves, 118 forms; sites 1 and 4 treated. list(answers, keys, norms, scores).
simulate_sites <- function() {
  seed(20231105)
  sizes <- c(PRO = 18, RIG = 16, RES = 17, ENG = 15, FUN = 19, STR = 20)
  reversals <- c(PRO = 4, RIG = 4, RES = 4, ENG = 3, FUN = 5, STR = 4)
  scales <- names(sizes)
  position <- sample(105)
  items <- sprintf("Q%03d", seq_len(105))
  of <- rep(scales, sizes)
  keys <- list()
  for (s in scales) {
    ids <- sort(position[of == s])
    reversed <- sort(sample(length(ids), reversals[[s]]))
    keys[[s]] <- items[ids]
    keys[[s]][reversed] <- paste0("-", keys[[s]][reversed])
  }
  norms <- list(PRO = c(3.55, .48), RIG = c(2.95, .52), RES = c(2.70, .50),
                ENG = c(3.45, .55), FUN = c(3.30, .50), STR = c(3.10, .56))
  treated <- c(1, 0, 0, 1)
  site_sd <- c(PRO = .30, RIG = 0, RES = .12, ENG = .22, FUN = 0, STR = .28)
  site_effect <- sapply(scales, function(s) rnorm(4) * site_sd[[s]])
  time_effect <- c(PRO = .05, RIG = -.05, RES = 0, ENG = -.05, FUN = .05, STR = .10)
  treatment_effect <- c(PRO = .35, RIG = -.20, RES = 0, ENG = .45, FUN = .15, STR = -.50)
  base <- c(PRO = 3.5, RIG = 2.9, RES = 2.7, ENG = 3.4, FUN = 3.3, STR = 3.2)
  n_both <- c(10, 9, 10, 8)
  n_t1 <- c(5, 6, 5, 7)
  n_t2 <- c(6, 5, 4, 6)
  rows <- list()
  for (j in 1:4) {
    n <- n_both[j] + n_t1[j] + n_t2[j]
    people <- matrix(rnorm(n * 6, 0, .42), n, dimnames = list(NULL, scales)) + rnorm(n, 0, .20)
    for (p in seq_len(n)) for (w in 1:2) {
      if (p > n_both[j] && p <= n_both[j] + n_t1[j] && w == 2) next
      if (p > n_both[j] + n_t1[j] && w == 1) next
      x <- setNames(rep(NA_real_, 105), items)
      for (s in scales) {
        level <- base[[s]] + site_effect[j, s] + people[p, s] +
          (w == 2) * (time_effect[[s]] + treated[j] * treatment_effect[[s]]) + rnorm(1, 0, .25)
        ids <- sub("-", "", keys[[s]])
        y <- clip(level + ((seq_along(ids) * 7) %% 5 - 2) * .15 + rnorm(length(ids), 0, .95), 1, 5)
        reversed <- grepl("-", keys[[s]])
        y[reversed] <- 6 - y[reversed]
        x[ids] <- y
      }
      rows[[length(rows) + 1]] <- data.frame(site = j, group = c("contrast", "treated")[treated[j] + 1],
                                             wave = paste0("T", w), person = sprintf("S%dP%02d", j, p), t(x))
    }
  }
  d <- do.call(rbind, rows)
  d <- d[order(d$wave, d$site, d$person), ]
  rownames(d) <- NULL
  x <- as.matrix(d[items])
  x[matrix(runif(length(x)) < .038, nrow(x))] <- NA
  answer <- function(site, wave, which_form, s, count) { # leave exactly `count` answers of a scale in one form
    r <- which(d$site == site & d$wave == wave)[which_form]
    ids <- sub("-", "", keys[[s]])
    there <- which(!is.na(x[r, ids]))
    gone <- which(is.na(x[r, ids]))
    if (length(there) > count) x[r, ids[there[seq_len(length(there) - count)]]] <<- NA
    if (length(there) < count) x[r, ids[gone[seq_len(count - length(there))]]] <<- 3
  }
  once <- which(!(duplicated(d$person) | duplicated(d$person, fromLast = TRUE)))
  answer(1, "T1", 2, "ENG", 12) # 12 of 15 is 80 %: scored
  answer(2, "T1", 3, "ENG", 11) # below
  answer(3, "T2", 4, "STR", 16) # 16 of 20 is 80 %: scored
  answer(4, "T1", 5, "STR", 15) # below
  answer(2, "T2", 1, "PRO", 14) # 14 of 18 is 77.8 %: below
  answer(4, "T2", 2, "PRO", 15) # 83.3 %: scored
  answer(1, "T2", 7, "FUN", 0) # a whole scale
  x[intersect(once, which(d$site == 3 & d$wave == "T2"))[1], ] <- NA # a whole form
  d[items] <- x
  scores <- cbind(d[c("site", "group", "wave", "person")], score_scales(d, keys, norms = norms))
  list(answers = d, items = items, keys = keys, norms = norms, scores = scores)
}

# 60 families of 20 workers in 4 sites, 12 items at two waves; 20 items of the workers. list(families, workers, keys),
# the families with their scores T1 and T2, the workers with their score comp.
simulate_families <- function() {
  seed(19801107)
  workers <- data.frame(worker = sprintf("W%02d", 1:20), site = rep(1:4, each = 5))
  level <- rnorm(20)
  ids <- sprintf("K%02d", 1:20)
  competence <- ids
  competence[c(5, 10, 15, 20)] <- paste0("-", ids[c(5, 10, 15, 20)])
  x <- sapply(seq_along(ids), function(i) {
    y <- clip(3.4 + .45 * level + ((i * 3) %% 5 - 2) * .2 + rnorm(20, 0, .8), 1, 5)
    if (grepl("-", competence[i])) 6 - y else y
  })
  colnames(x) <- ids
  x[matrix(runif(400) < .03, 20)] <- NA
  workers <- cbind(workers, x)
  of <- rep(1:20, c(3, 2, 4, 3, 3, 2, 5, 3, 1, 4, 3, 3, 2, 4, 3, 5, 2, 3, 1, 4))
  site <- workers$site[of]
  u_site <- c(-.42, .48, .22, -.28)
  u_worker <- rnorm(20, 0, .34)
  u_family <- rnorm(60, 0, .45)
  ids <- sprintf("F%02d", 1:12)
  family <- ids
  family[c(3, 7, 11)] <- paste0("-", ids[c(3, 7, 11)])
  families <- data.frame(family = sprintf("FAM%02d", 1:60), worker = workers$worker[of], site = site)
  for (w in 1:2) {
    th <- 3.1 + c(1, .1)[w] * u_site[site] + u_worker[of] + .22 * level[of] + u_family +
      (w == 2) * (.15 + .12 * level[of]) + rnorm(60, 0, .22)
    y <- sapply(seq_along(ids), function(i) {
      z <- clip(th + ((i * 5) %% 7 - 3) * .1 + rnorm(60, 0, .85), 1, 5)
      if (grepl("-", family[i])) 6 - z else z
    })
    y[matrix(runif(720) < .035, 60)] <- NA
    colnames(y) <- paste0(ids, "_T", w)
    families <- cbind(families, y)
  }
  families[7, paste0(ids[1:3], "_T2")] <- NA # 9 of 12: below 80 %
  families[21, paste0(ids, "_T2")] <- NA # a whole occasion
  families[44, paste0(ids[1:2], "_T1")] <- NA # 10 of 12: scored
  keys <- list(family = family, competence = competence)
  for (w in c("T1", "T2")) families[[w]] <- score_scales(families, keys["family"], suffix = paste0("_", w))$family
  workers$comp <- score_scales(workers, keys["competence"])$competence
  list(families = families, workers = workers, keys = keys)
}

# 40 sessions, each rated by A and B on 14 items with options 1-5 and 6 with options 0-1; B did not rate session 12.
simulate_sessions <- function() {
  seed(1979)
  n <- 40
  quality <- rnorm(n)
  latent <- matrix(rnorm(n * 20, 0, .5), n) + .75 * quality
  rate <- function(rater) {
    y <- sapply(1:20, function(i) {
      e <- rnorm(n)
      if (i <= 14) clip(3 + ((i * 3) %% 5 - 2) * .3 + 1.2 * latent[, i] + (rater == "B") * .25 + e * (.2 + .05 * i), 1, 5)
      else if (i <= 18) as.numeric(c(-.6, 0, .5, 1.6)[i - 14] + 1.3 * latent[, i] + .5 * e > 0)
      else if (i == 19) rep(1, n)
      else as.numeric(!(rater == "B" & seq_len(n) == 17))
    })
    colnames(y) <- sprintf("C%02d", 1:20)
    y
  }
  a <- rate("A")
  b <- rate("B")
  a[3, "C02"] <- NA
  b[5, "C07"] <- NA
  b[12, ] <- NA
  rbind(data.frame(session = seq_len(n), rater = "A", a), data.frame(session = seq_len(n), rater = "B", b))
}
