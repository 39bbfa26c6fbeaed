mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
vmovups ymm0, [rsi]                         ; C5FC1006
vmovups ymm1, [rsi+64]                      ; C5FC104E40
vmovups ymm2, [rsi+256]                     ; C5FC109600010000
vmovaps ymm3, ymm2                          ; C5FC28DA
vmovaps ymm4, ymm2                          ; C5FC28E2
vmovaps ymm5, ymm2                          ; C5FC28EA
vmovaps ymm6, ymm2                          ; C5FC28F2
vmovaps ymm7, ymm2                          ; C5FC28FA
vunpcklps ymm8, ymm0, ymm1                  ; C57C14C1
vunpckhps ymm9, ymm0, ymm1                  ; C57C15C9
vunpcklps ymm10, ymm2, ymm3                 ; C56C14D3
vunpckhps ymm11, ymm2, ymm3                 ; C56C15DB
vunpcklps ymm12, ymm4, ymm5                 ; C55C14E5
vunpckhps ymm13, ymm4, ymm5                 ; C55C15ED
vunpcklps ymm14, ymm6, ymm7                 ; C54C14F7
vunpckhps ymm15, ymm6, ymm7                 ; C54C15FF
vunpcklpd ymm0, ymm8, ymm10                 ; C4C13D14C2
vunpckhpd ymm1, ymm8, ymm10                 ; C4C13D15CA
vunpcklpd ymm2, ymm9, ymm11                 ; C4C13514D3
vunpckhpd ymm3, ymm9, ymm11                 ; C4C13515DB
vunpcklpd ymm4, ymm12, ymm14                ; C4C11D14E6
vunpckhpd ymm5, ymm12, ymm14                ; C4C11D15EE
vunpcklpd ymm6, ymm13, ymm15                ; C4C11514F7
vunpckhpd ymm7, ymm13, ymm15                ; C4C11515FF
vperm2f128 ymm8, ymm0, ymm4, 32             ; C4637D06C420
vperm2f128 ymm12, ymm0, ymm4, 49            ; C4637D06E431
vperm2f128 ymm9, ymm1, ymm5, 32             ; C4637506CD20
vperm2f128 ymm13, ymm1, ymm5, 49            ; C4637506ED31
vperm2f128 ymm10, ymm2, ymm6, 32            ; C4636D06D620
vperm2f128 ymm14, ymm2, ymm6, 49            ; C4636D06F631
vperm2f128 ymm11, ymm3, ymm7, 32            ; C4636506DF20
vperm2f128 ymm15, ymm3, ymm7, 49            ; C4636506FF31
vmovups [rdx], ymm8                         ; C57C1102
vmovups [rdx+1024], ymm9                    ; C57C118A00040000
vmovups [rdx+2048], ymm10                   ; C57C119200080000
vmovups [rdx+3072], ymm11                   ; C57C119A000C0000
vmovups [rdx+4096], ymm12                   ; C57C11A200100000
vmovups [rdx+5120], ymm13                   ; C57C11AA00140000
vmovups [rdx+6144], ymm14                   ; C57C11B200180000
vmovups [rdx+7168], ymm15                   ; C57C11BA001C0000
vzeroupper                                  ; C5F877
ret                                         ; C3
