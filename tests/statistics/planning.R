# Power of two one-sided tests, of Pearson's correlation and of one team's change, by integration: Rscript planning.R
tost <- function(v, df, limit, effect, alpha = .05) {
  t <- qt(1 - alpha, df)
  inside <- function(x) {
    room <- limit - t * sqrt(v * x / df)
    ifelse(room > 0, pnorm((room - effect) / sqrt(v)) - pnorm((-room - effect) / sqrt(v)), 0) * dchisq(x, df)
  }
  integrate(inside, 0, df * (limit / t)^2 / v, rel.tol = 1e-10, subdivisions = 1000)$value
}
for (sites in c(2, 9, 20)) for (effect in c(0, .2))
  cat("tost", sites, effect, format(tost(2 * (.05 + .95 / 15) / sites, 2 * sites - 2, .5, effect), digits = 8), "\n")
pearson <- function(r, n, alpha = .05) {
  t <- qt(1 - alpha / 2, n - 2)
  beyond <- function(x) {
    ncp <- r / sqrt(1 - r^2) * sqrt(x)
    (1 - pt(t, n - 2, ncp) + pt(-t, n - 2, ncp)) * dchisq(x, n - 1)
  }
  integrate(beyond, 0, Inf, rel.tol = 1e-9)$value
}
for (each in list(c(.3, 84), c(.5, 20), c(.2, 30))) cat("pearson", each, format(pearson(each[1], each[2]), digits = 8), "\n")
for (n in c(10, 20, 40)) cat("change", n,
  format(power.t.test(n = n, delta = .5, sd = sqrt(2 * (1 - .5)), type = "paired", strict = TRUE)$power, digits = 8),
  format(power.t.test(n = n, delta = .5, sd = 1, strict = TRUE)$power, digits = 8), "\n")
