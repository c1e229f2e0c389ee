# Ratings of 30 targets by 3 raters on 5 items, and their variance parts: Rscript generalizability.R
suppressPackageStartupMessages(library(lme4)); set.seed(20)
d <- expand.grid(t=1:30, r=1:3, i=1:5)
t <- rnorm(30,0,.8); r <- rnorm(3,0,.4); i <- rnorm(5,0,.5); tr <- matrix(rnorm(90,0,.4),30); ti <- matrix(rnorm(150,0,.3),30); ri <- matrix(rnorm(15,0,.3),3)
d$y <- round(5 + t[d$t] + r[d$r] + i[d$i] + tr[cbind(d$t,d$r)] + ti[cbind(d$t,d$i)] + ri[cbind(d$r,d$i)] + rnorm(nrow(d),0,.6),2)
f <- lmer(y ~ 1 + (1|t)+(1|r)+(1|i)+(1|t:r)+(1|t:i)+(1|r:i), data=d, control=lmerControl(optimizer="bobyqa", optCtrl=list(rhoend=1e-11,maxfun=1e5)))
print(as.data.frame(VarCorr(f))[,c("grp","vcov")], digits=10)
write.csv(d,"generalizability.csv",row.names=FALSE)
# generalized confidence intervals of G and Phi of one rater, from the mean squares of aov
a <- summary(aov(y ~ factor(t) * factor(r) * factor(i), data=d))[[1]]; ms <- a[["Mean Sq"]]; df <- a[["Df"]]; names(ms) <- c("t","r","i","tr","ti","ri","tri")
e <- lapply(seq_along(ms), function(j) ms[j] * df[j] / rchisq(1e6, df[j])); names(e) <- names(ms); p <- function(x) pmax(0, x); R <- 3; I <- 5; N <- 30
tr <- p((e$tr - e$tri) / I); ti <- p((e$ti - e$tri) / R); ri <- p((e$ri - e$tri) / N); vt <- p((e$t - e$tr - e$ti + e$tri) / (R * I))
vr <- p((e$r - e$tr - e$ri + e$tri) / (N * I)); vi <- p((e$i - e$ti - e$ri + e$tri) / (N * R))
for (k in c(1, 3)) { rel <- tr / k + ti / I + e$tri / (k * I); print(quantile(vt / (vt + rel), c(.025, .975)), digits=5)
  print(quantile(vt / (vt + rel + vr / k + vi / I + ri / (k * I)), c(.025, .975)), digits=5) }
