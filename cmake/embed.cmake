# rt3d_embed_text(<target> <file> <header> <namespace> <constant>): the file's text as a std::string_view in a generated header.
function(rt3d_embed_text target file header namespace constant)
  set(source ${PROJECT_SOURCE_DIR}/${file})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(READ ${source} text)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/${header} @ONLY CONTENT
"// Generated from ${file}.
#pragma once

#include <string_view>

namespace ${namespace} {

inline constexpr std::string_view ${constant} = R\"embedded(@text@)embedded\";

}  // namespace ${namespace}
")
  target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR}/generated)
endfunction()
