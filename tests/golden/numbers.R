# Which numbers are taken out of what R gives. Where a comment says "formula", base R computes a textbook formula.

# NULL where R stops.
attempt <- function(x) tryCatch(suppressMessages(suppressWarnings(x)), error = function(e) NULL)

# list(value), or list(value = NULL, error) where R stops.
value_or_error <- function(x) {
  error <- NULL
  value <- tryCatch(suppressMessages(suppressWarnings(x)), error = function(e) { error <<- conditionMessage(e); NULL })
  c(list(value = value), if (!is.null(error)) list(error = error))
}

h_t <- function(h) list(
  statistic = unname(h$statistic), df = unname(h$parameter), p = h$p.value, conf_low = h$conf.int[1], conf_high = h$conf.int[2],
  mean_diff = if (length(h$estimate) == 2) unname(h$estimate[1] - h$estimate[2]) else unname(h$estimate), stderr = h$stderr)

h_cor <- function(h) {
  force(h)
  orNA <- function(x) if (is.null(x)) NULL else unname(x)
  list(r = unname(h$estimate), statistic = unname(h$statistic), df = orNA(h$parameter), p = h$p.value,
       ci_low = orNA(h$conf.int[1]), ci_high = orNA(h$conf.int[2]), method = h$method)
}

h_aov <- function(f) {
  s <- summary(f)[[1]]
  ss <- s[["Sum Sq"]]; df <- s[["Df"]]; ms <- s[["Mean Sq"]]
  list(F = s[["F value"]][1], df1 = df[1], df2 = df[2], p = s[["Pr(>F)"]][1], ss_between = ss[1], ss_within = ss[2],
       ms_between = ms[1], ms_within = ms[2], eta2 = ss[1] / sum(ss), # formula: these three
       omega2 = (ss[1] - df[1] * ms[2]) / (sum(ss) + ms[2]), epsilon2 = (ss[1] - df[1] * ms[2]) / sum(ss))
}

h_icc <- function(i) list(
  table = data.frame(type = i$results$type, ICC = i$results$ICC, F = i$results$F, df1 = i$results$df1, df2 = i$results$df2,
                     p = i$results$p, ci_low = i$results$`lower bound`, ci_high = i$results$`upper bound`),
  MSB = i$stats["MS", 1], MSJ = i$stats["MS", 2], MSE = i$stats["MS", 3], MSW = i$MSW, n = i$n.obs, k = i$n.judge)
