# Error variance of single people's mean scores, from residuals of a linear model: Rscript conditional_error.R
set.seed(31)
level <- rnorm(40); hard <- c(-1, -.5, 0, .5, 1, 1.5)
x <- sapply(hard, function(h) pmin(pmax(round(3.6 + .8 * level - .4 * h + rnorm(40, 0, .9)), 1), 5))
write.csv(x, "conditional_error.csv", row.names = FALSE)
d <- data.frame(answer = c(x), person = factor(rep(1:40, 6)), item = factor(rep(1:6, each = 40)))
r <- residuals(lm(answer ~ person + item, data = d))
v <- tapply(r^2, d$person, sum) / (6 * 5) * 40 / 39
score <- rowMeans(x)
print(c(mean(v), var(score) * (1 - psych::alpha(x, warnings = FALSE)$total$raw_alpha)), digits = 12)
print(sqrt(tapply(v, cut(score, c(1, 7 / 3 - 1e-9, 11 / 3 - 1e-9, 6), right = FALSE), mean)), digits = 12)
