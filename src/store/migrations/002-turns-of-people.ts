/** What people waited for is told apart: it does not use up tracking's small burst. */
export const turnsOfPeople = `
alter table tagboat.pace_turn add column urgency text not null default 'tracking';
`;
