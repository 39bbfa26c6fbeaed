# rt3d_describe_commit(<variable>): what git calls the sources, asked again whenever HEAD moves; "unknown" where they are no
# checkout of their own (a tarball, perhaps inside another project's checkout) or git is missing.
function(rt3d_describe_commit variable)
  set(commit "")
  find_package(Git QUIET)
  if(Git_FOUND AND EXISTS ${PROJECT_SOURCE_DIR}/.git)
    execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --tags --abbrev=12
                    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --path-format=absolute --git-path logs/HEAD
                    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE log ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(log AND EXISTS ${log})
      set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${log})
    endif()
  endif()
  if(NOT commit)
    set(commit unknown)
  endif()
  set(${variable} ${commit} PARENT_SCOPE)
endfunction()
