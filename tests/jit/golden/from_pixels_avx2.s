mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
vmovups ymm0, [rsi]                         ; C5FC1006
vmovups ymm1, [rsi+1024]                    ; C5FC108E00040000
vmovups ymm2, [rsi+2048]                    ; C5FC109600080000
vmovups ymm3, [rsi+3072]                    ; C5FC109E000C0000
vmovups ymm4, [rsi+4096]                    ; C5FC10A600100000
vmovups ymm5, [rsi+5120]                    ; C5FC10AE00140000
vmovups ymm6, [rsi+6144]                    ; C5FC10B600180000
vmovups ymm7, [rsi+7168]                    ; C5FC10BE001C0000
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
vmovups ymm0, [rcx]                         ; C5FC1001
vaddps ymm8, ymm8, ymm0                     ; C53C58C0
vaddps ymm9, ymm9, ymm0                     ; C53458C8
vaddps ymm10, ymm10, ymm0                   ; C52C58D0
mov r8, [rdi+24]                            ; 4C8B4718
vaddps ymm8, ymm8, ymmword ptr [r8]         ; C4413C5800
vaddps ymm9, ymm9, ymmword ptr [r8+64]      ; C44134584840
vaddps ymm10, ymm10, ymmword ptr [r8+256]   ; C4412C589000010000
vxorps xmm0, xmm0, xmm0                     ; C5F857C0
vmaxps ymm8, ymm0, ymm8                     ; C4417C5FC0
vmaxps ymm9, ymm0, ymm9                     ; C4417C5FC9
vmaxps ymm10, ymm0, ymm10                   ; C4417C5FD2
vmovups [rdx], ymm8                         ; C57C1102
vmovups [rdx+64], ymm9                      ; C57C114A40
vmovups [rdx+256], ymm10                    ; C57C119200010000
vzeroupper                                  ; C5F877
ret                                         ; C3
