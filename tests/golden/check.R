# What the scripts of these folders share: writing what R gives, and comparing it with the committed files.
#
#   Rscript make_<folder>.R [FOLDER]      recompute everything into FOLDER (default: made/ beside the script)
#   Rscript make_<folder>.R --check       the same, then compare every number with the committed files
#   Rscript make_<folder>.R --overwrite   write over the committed files
#
# Exit status: 0 done, and with --check everything agrees; 1 a number differs; 3 a number differs, but R or a package
# has another version than the one the numbers were made with; 77 a package is missing.

.golden <- new.env()

# Read the arguments, load the packages at hand, say their versions. `packages`: c(name = "version the numbers are of").
start <- function(packages) {
  script <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
  .golden$home <- dirname(normalizePath(script))
  args <- commandArgs(TRUE)
  options <- args[startsWith(args, "--")]
  folder <- setdiff(args, options)
  unknown <- setdiff(options, c("--check", "--overwrite"))
  if (length(unknown) || length(folder) > 1) stop("usage: Rscript ", basename(script), " [FOLDER] [--check | --overwrite]")
  .golden$check <- "--check" %in% options
  overwrite <- "--overwrite" %in% options
  if (overwrite && (length(folder) || .golden$check)) stop("--overwrite takes no folder and no --check")
  if (!length(folder)) folder <- if (overwrite) .golden$home else file.path(.golden$home, "made")
  dir.create(folder, showWarnings = FALSE, recursive = TRUE)
  .golden$out <- normalizePath(folder)
  if (.golden$out == .golden$home && !overwrite) stop("--overwrite is what writes over the committed files")
  packages <- c(packages, jsonlite = NA)
  have <- vapply(names(packages), function(p) suppressMessages(requireNamespace(p, quietly = TRUE)), NA)
  missing <- names(packages)[!have]
  if (length(missing)) {
    cat("packages that are not installed:", paste(missing, collapse = ", "), "\n")
    quit(status = 77)
  }
  have <- vapply(names(packages), function(p) as.character(packageVersion(p)), "")
  same <- is.na(packages) | have == gsub("-", ".", packages, fixed = TRUE)
  .golden$same_versions <- all(same) && getRversion() == "4.2.2"
  cat(R.version.string, "\n", sep = "")
  cat(paste0(names(packages), " ", have, ifelse(same, "", paste0(" (the numbers are of ", packages, ")"))), sep = ", ")
  cat("\n")
  options(contrasts = c("contr.treatment", "contr.poly"), warn = 1)
  invisible(Sys.setlocale("LC_COLLATE", "C"))
  .golden$kept <- list()
}

committed <- function(name) file.path(.golden$home, name)

# --------------------------------------------------------------------------------- writing
.text <- function(x) {
  x <- gsub("\\", "\\\\", enc2utf8(as.character(x)), fixed = TRUE)
  x <- gsub("\"", "\\\"", x, fixed = TRUE)
  paste0("\"", gsub("\n", "\\n", x, fixed = TRUE), "\"")
}

# As many of 17 significant digits as bring the number back: 17, or the shortest of `fewer` that does.
.digits <- function(x, fewer = 16:15) {
  text <- sprintf("%.17g", x)
  for (n in fewer) {
    shorter <- sprintf("%.*g", n, x)
    exact <- !is.na(x) & suppressWarnings(as.numeric(shorter)) == x
    text[exact] <- shorter[exact]
  }
  text
}

.atoms <- function(x) {
  if (is.factor(x)) x <- as.character(x)
  if (is.logical(x)) return(ifelse(is.na(x), "null", ifelse(x, "true", "false")))
  if (!is.numeric(x)) return(ifelse(is.na(x), "null", .text(x)))
  vapply(as.numeric(x), function(v) {
    if (is.nan(v)) "\"NaN\"" else if (is.na(v)) "null"
    else if (is.infinite(v)) (if (v > 0) "\"Inf\"" else "\"-Inf\"") else .digits(v)
  }, "")
}

# A data frame is an object of its columns, with `_row` where its rows have names; I() keeps a vector of one an array.
.json <- function(x, comma, colon, edge = "") {
  again <- function(v) .json(v, comma, colon, edge)
  object <- function(v) {
    inner <- paste0(.text(names(v)), colon, vapply(v, again, ""), collapse = comma)
    paste0("{", edge, inner, edge, "}")
  }
  array <- function(v) paste0("[", edge, paste(v, collapse = comma), edge, "]")
  if (is.null(x)) return("null")
  if (is.data.frame(x)) {
    rows <- attr(x, "row.names")
    columns <- lapply(as.list(x), I)
    return(object(c(if (is.character(rows)) list(`_row` = I(rows)), columns)))
  }
  if (is.matrix(x)) {
    values <- lapply(seq_len(nrow(x)), function(i) I(unname(x[i, ])))
    return(object(list(rownames = I(rownames(x)), colnames = I(colnames(x)), values = values)))
  }
  if (is.list(x)) return(if (is.null(names(x))) array(vapply(x, again, "")) else object(x))
  if (!is.null(names(x)) && !inherits(x, "AsIs")) return(object(as.list(x)))
  atoms <- .atoms(unclass(x))
  if (length(atoms) == 1 && !inherits(x, "AsIs")) atoms else array(atoms)
}

# Keep a list as a JSON file: one entry a line ("lines", or "close" without spaces), or one value a line ("open").
# `depth` says how many names make an entry when entries are counted.
keep_json <- function(name, entries, layout = "lines", depth = 1) {
  .golden$kept[[name]] <- depth
  if (layout == "open") text <- .json(entries, ",\n", ":", "\n")
  else {
    colon <- if (layout == "close") ":" else ": "
    comma <- if (layout == "close") "," else ", "
    lines <- paste0(.text(names(entries)), ": ", vapply(entries, .json, "", comma = comma, colon = colon))
    text <- paste0("{\n", paste(lines, collapse = ",\n"), "\n}")
  }
  writeLines(text, file.path(.golden$out, name), useBytes = TRUE)
}

# Keep a data frame as a CSV file: full digits, an empty cell where R has NA or NaN.
keep_csv <- function(name, frame) {
  .golden$kept[[name]] <- 1
  cells <- lapply(frame, function(v) ifelse(is.na(v), "", if (is.numeric(v)) .digits(v, 15) else as.character(v)))
  lines <- c(paste(names(frame), collapse = ","), do.call(paste, c(unname(cells), sep = ",")))
  writeLines(lines, file.path(.golden$out, name))
}

# --------------------------------------------------------------------------------- comparing
.read <- function(path) {
  if (!endsWith(path, ".csv")) return(jsonlite::fromJSON(path, simplifyVector = FALSE))
  frame <- read.csv(path, colClasses = "character", check.names = FALSE, na.strings = NULL)
  number <- function(cell) if (cell == "") NULL else if (is.na(n <- suppressWarnings(as.numeric(cell)))) cell else n
  rows <- lapply(seq_len(nrow(frame)), function(i) lapply(as.list(frame[i, , drop = FALSE]), number))
  setNames(rows, paste("row", seq_along(rows)))
}

# Every leaf of both: data frame of path, made, want (text), difference (relative; 0 equal, Inf not comparable).
.leaves <- function(made, want, path) {
  if (is.list(made) && is.list(want)) {
    if (is.null(names(made)) != is.null(names(want)) && length(made) && length(want)) return(.leaf(path, "object", "array", Inf))
    if (is.null(names(want))) {
      if (length(made) != length(want)) return(.leaf(path, length(made), paste(length(want), "values"), Inf))
      return(do.call(rbind, Map(function(a, b, i) .leaves(a, b, c(path, i)), made, want, seq_along(want))))
    }
    both <- union(names(want), names(made))
    return(do.call(rbind, lapply(both, function(n) {
      if (!n %in% names(made)) .leaf(c(path, n), "absent", "present", Inf)
      else if (!n %in% names(want)) .leaf(c(path, n), "present", "absent", Inf)
      else .leaves(made[[n]], want[[n]], c(path, n))
    })))
  }
  if (is.numeric(made) && is.numeric(want)) {
    # A number that is 0 in the committed file is compared absolutely, every other relatively.
    return(.leaf(path, .digits(made), .digits(want), abs(made - want) / if (want == 0) 1 else abs(want), number = TRUE))
  }
  .leaf(path, format(made), format(want), if (identical(made, want)) 0 else Inf)
}
.leaf <- function(path, made, want, difference, number = FALSE)
  list(list(path = path, made = as.character(made)[1], want = as.character(want)[1], difference = difference, number = number))

# End: with --check compare all kept files. `wider`: c(regular expression of "file: name/name" = tolerance);
# `noise`: regular expressions of numbers that are only rounding error, which are counted apart and not compared.
finish <- function(wider = numeric(), noise = character()) {
  cat("written:", paste(names(.golden$kept), collapse = ", "), "\n")
  if (!.golden$check) return(invisible())
  bad <- FALSE
  cat(sprintf("%-22s %8s %8s %8s %8s  %s\n", "file", "entries", "agree", "numbers", "noise", "largest relative difference"))
  told <- character()
  for (name in names(.golden$kept)) {
    leaves <- .leaves(.read(file.path(.golden$out, name)), .read(committed(name)), character())
    path <- vapply(leaves, function(l) paste0(name, ": ", paste(l$path, collapse = "/")), "")
    entry <- vapply(leaves, function(l) paste(head(l$path, .golden$kept[[name]]), collapse = "/"), "")
    difference <- vapply(leaves, `[[`, 0, "difference")
    number <- vapply(leaves, `[[`, NA, "number")
    allowed <- rep(1e-9, length(path))
    for (pattern in names(wider)) allowed[grepl(pattern, path)] <- wider[[pattern]]
    quiet <- rep(FALSE, length(path))
    for (pattern in noise) quiet <- quiet | grepl(pattern, path)
    wrong <- difference > allowed & !quiet
    counted <- number & !quiet
    largest <- if (any(counted)) which(counted)[which.max(difference[counted])] else NA
    where <- if (is.na(largest)) "-" else if (difference[largest] == 0) "0" else
      sprintf("%.1e at %s", difference[largest], paste(leaves[[largest]]$path, collapse = "/"))
    cat(sprintf("%-22s %8d %8d %8d %8d  %s\n", name, length(unique(entry)), length(unique(entry)) - length(unique(entry[wrong])),
                sum(counted), sum(quiet & number), where))
    told <- c(told, vapply(which(wrong), function(i) sprintf("  %s: made %s, committed %s", path[i], leaves[[i]]$made, leaves[[i]]$want), ""))
  }
  if (!length(told)) return(cat("everything agrees\n"))
  cat(length(told), "values differ:\n", sep = " ")
  cat(head(told, 40), sep = "\n")
  quit(status = if (.golden$same_versions) 1 else 3)
}
