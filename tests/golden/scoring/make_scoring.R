# Makes the files of this folder again: see README.md.
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
for (part in c("check.R", "simulate.R")) source(file.path(here, "..", part))
start(c(psych = "2.2.9"))
quietly <- function(x) { # psych talks on the way
  invisible(capture.output(value <- suppressWarnings(suppressMessages(x))))
  value
}

# ------------------------------------------------------------------------------- bfi.csv, bfi_scores.csv
keys <- list(agree = c("-A1", "A2", "A3", "A4", "A5"), conscientious = c("C1", "C2", "C3", "-C4", "-C5"),
             extraversion = c("-E1", "-E2", "E3", "E4", "E5"))
items <- unlist(lapply(keys, function(key) sub("^-", "", key)))
all <- psych::bfi[items]
rownames(all) <- NULL
answered <- sapply(keys, function(key) rowSums(!is.na(all[sub("^-", "", key)])))
incomplete <- which(rowSums(answered) < 15)
chosen <- sort(unique(c(1:40, which(apply(answered, 1, min) < 4), incomplete[seq(1, length(incomplete), by = 6)])))
keep_csv("bfi.csv", data.frame(id = chosen, all[chosen, ]))

d <- read.csv(committed("bfi.csv"))
mean_of <- quietly(psych::scoreItems(keys, d, totals = FALSE, impute = "none", min = 1, max = 6))
sum_of <- quietly(psych::scoreItems(keys, d, totals = TRUE, impute = "none", min = 1, max = 6))
scores <- data.frame(id = d$id)
for (s in names(keys)) {
  scores[[paste0(s, "_n")]] <- 5 - mean_of$missing[, s]
  scores[[paste0(s, "_mean")]] <- mean_of$scores[, s]
  scores[[paste0(s, "_sum_available")]] <- sum_of$scores[, s]
  scores[[paste0(s, "_sum_prorated")]] <- mean_of$scores[, s] * 5
}
keep_csv("bfi_scores.csv", scores)

# psych's mean of the answered items is the score wherever there is one.
hold_to_psych <- function(scores, keys, d) {
  psych_mean <- quietly(psych::scoreItems(keys, d, impute = "none", min = 1, max = 5))$scores
  stopifnot(max(abs(psych_mean - as.matrix(scores[names(keys)])), na.rm = TRUE) < 1e-12)
}

# ------------------------------------------------------------------------------- sites.csv, sites_scores.csv
made <- simulate_sites()
scales <- names(made$keys)
sizes <- lengths(made$keys)
above <- as.matrix(made$scores[paste0(scales, "_n")]) - rep(ceiling(.8 * sizes - 1e-9), each = nrow(made$scores))
chosen <- sort(unique(c(1:12, which(apply(above, 1, min) <= 0))))
keep_csv("sites.csv", made$answers[chosen, c("site", "wave", "person", made$items)])

d <- read.csv(committed("sites.csv"))
group <- ifelse(d$site %in% c(1, 4), "treated", "contrast")
scores <- cbind(d["site"], group = group, d[c("wave", "person")], score_scales(d, made$keys, norms = made$norms))
hold_to_psych(scores, made$keys, d)
keep_csv("sites_scores.csv", scores)

# ------------------------------------------------------------------------------- families, workers
made <- simulate_families()
keep_csv("families.csv", made$families[setdiff(names(made$families), c("T1", "T2"))])
keep_csv("workers.csv", made$workers[setdiff(names(made$workers), "comp")])

d <- read.csv(committed("families.csv"))
scores <- d["family"]
for (w in c("T1", "T2")) {
  key <- paste0(made$keys$family, "_", w)
  scores[[w]] <- score_scales(d, list(family = key))$family
  hold_to_psych(data.frame(family = scores[[w]]), list(family = key), d)
}
keep_csv("families_scores.csv", scores)
d <- read.csv(committed("workers.csv"))
scores <- data.frame(worker = d$worker, comp = score_scales(d, made$keys["competence"])$competence)
hold_to_psych(data.frame(competence = scores$comp), made$keys["competence"], d)
keep_csv("workers_scores.csv", scores)

finish()
