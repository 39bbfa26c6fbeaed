#include "tuner/db_remedies.h"

#include <algorithm>

namespace rt3d::tuner {
namespace {

constexpr std::string_view kNothingKept = "nothing new is kept in it";
constexpr std::string_view kLeft = "it is left as it is and not used";

constexpr RemedyRow kRemedies[] = {
    {Fault::busy, Remedy::later, Code::io, "rows stay in memory until it is free", "try again in a moment"},
    {Fault::readonly, Remedy::read_on, Code::io, kNothingKept,
     "make it and its folder writable, or name another file"},
    {Fault::full, Remedy::read_on, Code::io, kNothingKept, "make room, or name another file"},
    {Fault::corrupt, Remedy::replace, Code::io, kLeft, "delete it, or name another file"},
    {Fault::foreign, Remedy::leave, Code::invalid_argument, kLeft, "name another file"},
    {Fault::newer, Remedy::leave, Code::io, kLeft, "use a newer version of RT3D, or name another file"},
    {Fault::costly, Remedy::leave, Code::io, kLeft, "delete it, or name another file"},
    {Fault::other, Remedy::freeze, Code::io, kNothingKept,
     "check the path and its permissions, or name another file"},
};

}  // namespace

const RemedyRow& remedy_for(Fault fault) {
  return *std::find_if(std::begin(kRemedies), std::end(kRemedies),
                       [&](const RemedyRow& r) { return r.fault == fault; });
}

std::string printable_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  const auto unprintable = [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; };
  std::replace_if(text.begin(), text.end(), unprintable, '?');
  return text;
}

}  // namespace rt3d::tuner
