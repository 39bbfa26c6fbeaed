// What somebody who mistyped a name may have meant.
#pragma once

#include <string>
#include <vector>

namespace rt3d::cli {

// The known name that the fewest edits (a letter left out, added, changed, or two neighbours swapped) turn `word` into, the
// first of equal ones; "" where even that one takes more than a third of the word's letters.
std::string nearest(const std::string& word, const std::vector<std::string>& known);

// "; did you mean 'bench'?", or "".
std::string suggestion(const std::string& word, const std::vector<std::string>& known);

}  // namespace rt3d::cli
