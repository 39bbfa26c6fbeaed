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

# rt3d_embed_seeds(<target> <header>): the texts of the files that RT3D_EMBED_SEEDS names as kEmbeddedSeeds, an array of std::string_view.
function(rt3d_embed_seeds target header)
  set(files)
  if(RT3D_EMBED_SEEDS STREQUAL "ON")
    file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tuning_db/seeds/*.tsv)
  elseif(RT3D_EMBED_SEEDS)
    set(files ${RT3D_EMBED_SEEDS})
  endif()
  set(texts)
  set(count 0)
  foreach(file IN LISTS files)
    get_filename_component(file ${file} ABSOLUTE BASE_DIR ${PROJECT_SOURCE_DIR})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    string(APPEND texts "    R\"embedded(${text})embedded\",\n")
    math(EXPR count "${count} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/${header} @ONLY CONTENT
"// Generated from what RT3D_EMBED_SEEDS names.
#pragma once

#include <array>
#include <string_view>

namespace rt3d::api {

inline constexpr std::array<std::string_view, @count@> kEmbeddedSeeds{
@texts@};

}  // namespace rt3d::api
")
  target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR}/generated)
endfunction()

# rt3d_embed_kernels(<target> <folder> <header> <namespace>): the text of each .cl file of the folder in one generated header, as a
# Source (a file's name and its text) k<Name> for <name>.cl.
function(rt3d_embed_kernels target folder header namespace)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cl)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})
  set(rows)
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    string(SUBSTRING ${name} 0 1 initial)
    string(TOUPPER ${initial} initial)
    string(SUBSTRING ${name} 1 -1 rest)
    file(READ ${source} text)
    string(APPEND rows "inline constexpr Source k${initial}${rest}{\"${name}.cl\", R\"embedded(${text})embedded\"};\n\n")
  endforeach()
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/${header} @ONLY CONTENT
"// Generated from ${folder}/*.cl.
#pragma once

#include \"kernels/cl/recipe.h\"

namespace ${namespace} {

@rows@}  // namespace ${namespace}
")
  target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR}/generated)
endfunction()
